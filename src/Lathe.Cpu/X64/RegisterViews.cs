using Iced.Intel;

namespace Lathe.Cpu.X64;

/// <summary>The lower parts of vector registers.</summary>
internal static class RegisterViews
{
    public static AssemblerRegisterXMM ToXmm(this AssemblerRegisterZMM register) => new(Register.XMM0 + ((Register)register - Register.ZMM0));

    public static AssemblerRegisterXMM ToXmm(this AssemblerRegisterYMM register) => new(Register.XMM0 + ((Register)register - Register.YMM0));

    public static AssemblerRegisterYMM ToYmm(this AssemblerRegisterZMM register) => new(Register.YMM0 + ((Register)register - Register.ZMM0));
}

using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>An emitter that has a block format write its unpacking: what the format may use. Beside the vectors below these are k4, k5, rcx, rdx and rsi.</summary>
internal abstract class FormatEmitter : KernelEmitter
{
    private const int FirstConstant = 24;

    private int _constants;

    /// <summary>Two vectors for the format to work with.</summary>
    public static AssemblerRegisterZMM Temporary0 => zmm22;

    /// <inheritdoc cref="Temporary0"/>
    public static AssemblerRegisterZMM Temporary1 => zmm23;

    /// <summary>A third, while codes are unpacked; the other two keep what a format leaves there from the first half of a step to the second.</summary>
    public static AssemblerRegisterZMM Temporary2 => zmm20;

    public Assembler Assembler => Code;

    /// <summary>Whether the code may look bytes up in whole vectors and multiply them with <see cref="ByteMatrix"/>.</summary>
    public bool HasByteOperations { get; init; } = X64Features.Avx512Bytes;

    /// <summary>Keeps a constant of 64 bytes in a register.</summary>
    public AssemblerRegisterZMM KeepConstant(AssemblerMemoryOperand constant)
    {
        if (FirstConstant + _constants > 31)
        {
            throw new InvalidOperationException($"{Key}: more constants than registers");
        }

        var register = Zmm(FirstConstant + _constants++);
        Code.vmovups(register, constant);
        return register;
    }

    /// <summary>A constant in memory.</summary>
    public AssemblerMemoryOperand InMemory<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => Constant(values);

    /// <summary>64 bytes of one value in memory.</summary>
    public AssemblerMemoryOperand InMemoryRepeated<T>(T value)
        where T : unmanaged => Repeated(value);
}

using Iced.Intel;
using Lathe.Cpu.X64;

namespace Lathe.Cpu.Tests.X64;

/// <summary>A kernel whose body a test writes.</summary>
internal sealed class SnippetEmitter(string key, Action<SnippetEmitter> body) : KernelEmitter
{
    public override string Key => key;

    public new Assembler Code => base.Code;

    public new AssemblerMemoryOperand Repeated<T>(T value)
        where T : unmanaged => base.Repeated(value);

    protected override void Body() => body(this);
}

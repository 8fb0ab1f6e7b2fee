namespace Lathe.Cpu.X64;

/// <summary>A kernel in executable memory.</summary>
internal sealed unsafe class MachineKernel
{
    private readonly ExecutableMemory _memory;

    private MachineKernel(string key, ExecutableMemory memory, int codeBytes)
    {
        Key = key;
        _memory = memory;
        CodeBytes = codeBytes;
    }

    /// <summary>What was compiled: the emitter's key.</summary>
    public string Key { get; }

    /// <summary>Bytes of instructions, without the constants behind them.</summary>
    public int CodeBytes { get; }

    /// <summary>Assembles and places a kernel.</summary>
    /// <exception cref="NotSupportedException">The system refuses executable memory.</exception>
    public static MachineKernel Compile(KernelEmitter emitter)
    {
        var code = emitter.Assemble(out var codeBytes);
        var memory = ExecutableMemory.TryCreate(code)
            ?? throw new NotSupportedException("the system refuses executable memory, so no machine code can be made here");
        return new MachineKernel(emitter.Key, memory, codeBytes);
    }

    /// <summary>Runs the kernel.</summary>
    /// <param name="arguments">What the kernel's emitter says.</param>
    public void Run(void* arguments) => ((delegate* unmanaged<void*, void>)_memory.Entry)(arguments);

    /// <summary>One instruction per line: address, bytes, text.</summary>
    public string Disassemble() => Disassembly.Write(new ReadOnlySpan<byte>(_memory.Entry, CodeBytes).ToArray());
}

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>The machine code of attention of many tokens for one kind of head, and the sizes of what it passes from one kernel to the next.</summary>
internal abstract class PrefillKernels
{
    /// <summary>Keys of a page to operands.</summary>
    public abstract MachineKernel Keys { get; }

    /// <summary>Values of a page to operands.</summary>
    public abstract MachineKernel Values { get; }

    /// <summary>Queries of a panel to operands.</summary>
    public abstract MachineKernel Queries { get; }

    /// <summary>Online softmax over a run of keys.</summary>
    public abstract MachineKernel Attend { get; }

    /// <summary>Sums of a panel to results.</summary>
    public abstract MachineKernel Results { get; }

    /// <summary>The operands.</summary>
    public abstract PrefillLayout Layout { get; }
}

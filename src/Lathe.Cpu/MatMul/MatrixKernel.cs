using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.MatMul;

/// <summary>Multiplies weights of one type by activations: what the steps of plain and expert products call, whoever wrote the code behind it.</summary>
public abstract unsafe class MatrixKernel
{
    /// <summary>Name of the form in which it reads activations; null for rows of f32. Kernels that name the same form share it.</summary>
    public abstract string? ActivationForm { get; }

    /// <summary>Bytes that <see cref="MatMulArguments.Scratch"/> must hold.</summary>
    public abstract int ScratchBytes { get; }

    /// <summary>Row ranges that are a multiple of this waste no work; any range is legal.</summary>
    public abstract int RowMultiple { get; }

    /// <summary>True if tokens are said by pointers, so that those which want an expert need not be laid side by side.</summary>
    public virtual bool TakesScatteredTokens => false;

    /// <summary>True if sums can start from <see cref="MatMulArguments.Start"/>, which saves a pass over the results.</summary>
    public virtual bool TakesStart => false;

    /// <summary>True if results can be gated (<see cref="MatMulArguments.Gate"/>) before they are stored, which saves writing and reading them once.</summary>
    public virtual bool TakesGate => false;

    /// <summary>Bytes of one token's activations for rows of <paramref name="k"/> values.</summary>
    public abstract long ActivationBytesPerRow(int k);

    /// <summary>Brings <paramref name="k"/> f32 values into the form that the kernel reads.</summary>
    public virtual void Pack(float* x, byte* row, int k) => throw new NotSupportedException("this kernel's activations are not packed row by row");

    /// <summary>Rows that are packed together: a buffer of packed activations has a multiple of it.</summary>
    public virtual int PackedRows => 1;

    /// <summary>The step that packs all rows of a value.</summary>
    public virtual CpuStep CreatePacking(GraphValue value, CpuBuffer from, CpuBuffer to) => new PackActivations(this, value, from, to);

    /// <summary>Computes what <paramref name="arguments"/> ask for.</summary>
    public abstract void Run(MatMulArguments* arguments);
}

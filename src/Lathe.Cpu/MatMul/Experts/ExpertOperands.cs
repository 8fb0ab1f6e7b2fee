using Lathe.Cpu.Execution;
using Lathe.Cpu.Reference;
using Lathe.Cpu.Simd.Activations;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>What both ways of an expert product have in common.</summary>
internal sealed unsafe class ExpertOperands(MatrixKernel kernel, ExpertMatMulNode node, CpuBuffer activations, CpuBuffer routing, CpuBuffer? gate, CpuBuffer output)
{
    private readonly float[][]? _bias =
        node.Bias is { } bias ? [.. Enumerable.Range(0, bias.OutputWidth).Select(expert => WeightRow.LoadVector(bias.Rows(expert, 1)))] : null;

    private readonly delegate*<float*, float*, float*, int, void> _activate = node.Gating is null ? null : GatedRows.Of(node.Gating.Kind);

    public MatrixKernel Kernel { get; } = kernel;

    public ExpertMatMulNode Node { get; } = node;

    public CpuBuffer ActivationRows { get; } = activations;

    public CpuBuffer Routing { get; } = routing;

    /// <summary>What gates the results; null for nothing.</summary>
    public CpuBuffer? Gate { get; } = gate;

    public CpuBuffer Output { get; } = output;

    /// <summary>Bytes of the activations that one product reads.</summary>
    public long ActivationBytes { get; } = kernel.ActivationBytesPerRow(node.Matrix.InputWidth);

    /// <summary>What a step touches that makes the results in parts of some pattern.</summary>
    public IReadOnlyList<BufferAccess> Accesses(AccessPattern results)
    {
        List<BufferAccess> accesses = [BufferAccess.Read(ActivationRows, AccessPattern.Whole), BufferAccess.Read(Routing, AccessPattern.Whole), BufferAccess.Write(Output, results)];
        if (Gate is not null)
        {
            accesses.Add(BufferAccess.Read(Gate, results));
        }

        return accesses;
    }

    /// <summary>The activations that place <paramref name="place"/> of a row reads.</summary>
    public byte* Activation(int thread, int row, int place) => ActivationRows.Row(thread, row) + (Node.IsInputShared ? 0 : place * ActivationBytes);

    /// <summary>The result of place <paramref name="place"/> of a row.</summary>
    public float* Result(int thread, int row, int place) => Output.FloatRow(thread, row) + ((long)place * Node.Matrix.OutputWidth);

    /// <summary>A call for columns <c>[start, end)</c> of an expert; what it reads and where it writes is left open.</summary>
    public MatMulArguments Arguments(int expert, int start, int end, byte* scratch) => new()
    {
        Weights = Node.Matrix.Data + (expert * Node.Matrix.ExpertBytes),
        RowBytes = Node.Matrix.RowBytes,
        K = Node.Matrix.InputWidth,
        RowStart = start,
        RowEnd = end,
        Scratch = scratch,
    };

    /// <summary>Adds the expert's bias to columns <c>[start, end)</c> of the result of a place, and gates them: while they are in the caches.</summary>
    public void Finish(int thread, int row, int place, int expert, int start, int end)
    {
        var result = Result(thread, row, place) + start;
        if (_bias is not null)
        {
            fixed (float* bias = _bias[expert])
            {
                VectorSum.Accumulate(result, bias + start, end - start);
            }
        }

        if (Gate is not null)
        {
            _activate(Gate.FloatRow(thread, row) + ((long)place * Node.Matrix.OutputWidth) + start, result, result, end - start);
        }
    }
}

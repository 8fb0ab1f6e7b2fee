using Lathe.Cpu.Execution;
using Lathe.Cpu.Reference;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Matrix product of one weight type with the widest portable vectors. Activations of block types are quantised once per value, whoever
/// reads them; threads divide the output columns.</summary>
internal sealed unsafe class MatMulSimd(GgmlType type) : CpuRoute
{
    private readonly MatMulKernel _kernel = MatMulKernels.Find(type);

    public override string Id => $"cpu.matmul.{BlockFormat.Get(type).Name.ToLowerInvariant()}.simd";

    public override string Op => "matmul";

    public override string Summary => _kernel.ActivationKind == ActivationKind.Quantized
        ? $"{type} weights by int8 activations with a scale per 32 ({_kernel.Tier})"
        : $"{type} weights by f32 activations ({_kernel.Tier})";

    public override string GuardSummary => $"weights of type {type}";

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 100;

    // Eight bits of activation leave about 2^-16 of the power as error; on random data a few times that.
    public override double Tolerance => _kernel.ActivationKind == ActivationKind.Quantized ? 5e-4 : 1e-9;

    public override string? WhyNot(GraphNode node) => node switch
    {
        MatMulNode matmul when matmul.Matrix.Type == type => null,
        MatMulNode matmul => $"the weights are {matmul.Matrix.Type}, not {type}",
        _ => $"runs matmul, not {node.Op}",
    };

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var matmul = (MatMulNode)node;
        var activations = _kernel.ActivationKind == ActivationKind.Quantized
            ? builder.Derived(matmul.Input, "q8", _kernel.ActivationBytesPerRow(matmul.Input.Width), (from, to) => new QuantizeActivations(matmul.Input, from, to))
            : builder.Input(matmul.Input);
        var residual = matmul.Residual is null ? null : builder.Input(matmul.Residual);
        var output = builder.Output(matmul.Result, rowWise: false);
        var columns = AccessPattern.ByColumns(matmul.Matrix.OutputWidth, Math.Max(ColumnStep.CacheLine, _kernel.RowMultiple));
        List<BufferAccess> accesses = [BufferAccess.Read(activations, AccessPattern.Whole), BufferAccess.Write(output, columns)];
        if (residual is not null)
        {
            accesses.Add(BufferAccess.Read(residual, columns));
        }

        var scratch = builder.Scratch("matmul.panel", _kernel.ScratchBytes);
        return new Step(_kernel, builder.BatchInvariant, matmul, activations, residual, output, scratch, columns, accesses);
    }

    private sealed class Step(
        MatMulKernel kernel,
        bool batchInvariant,
        MatMulNode node,
        CpuBuffer activations,
        CpuBuffer? residual,
        CpuBuffer output,
        CpuBuffer scratch,
        AccessPattern columns,
        IReadOnlyList<BufferAccess> accesses) : CpuStep(accesses)
    {
        private readonly float[]? _bias = node.Bias is null ? null : WeightRow.LoadVector(node.Bias);

        public override void Run(in StepContext context)
        {
            var (start, end) = columns.Columns(context.Thread, context.Threads);
            var tokens = context.Rows(node.Input.Rows);
            if (start == end || tokens == 0)
            {
                return;
            }

            var arguments = new MatMulArguments
            {
                Weights = node.Matrix.Data,
                RowBytes = node.Matrix.RowBytes,
                K = node.Matrix.InputWidth,
                RowStart = start,
                RowEnd = end,
                Activations = activations.Row(context.Thread, 0),
                ActivationStride = activations.RowBytes,
                Tokens = tokens,
                Output = output.FloatRow(context.Thread, 0),
                OutputStride = output.FloatStride,
                Scratch = scratch.Row(context.Thread, 0),
            };
            kernel.Run(&arguments, batchInvariant);

            if (_bias is not null)
            {
                fixed (float* bias = _bias)
                {
                    for (var row = 0; row < tokens; row++)
                    {
                        VectorSum.Accumulate(output.FloatRow(context.Thread, row) + start, bias + start, end - start);
                    }
                }
            }

            if (residual is not null)
            {
                for (var row = 0; row < tokens; row++)
                {
                    VectorSum.Accumulate(output.FloatRow(context.Thread, row) + start, residual.FloatRow(context.Thread, row) + start, end - start);
                }
            }
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Cpu.Reference;
using Lathe.Cpu.Simd.Activations;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.MatMul;

/// <summary>A matrix product of one weight type through a <see cref="MatrixKernel"/>. Activations are brought into the kernel's form once per value, whoever
/// reads them; threads divide the output columns.</summary>
/// <param name="type">Weight type.</param>
/// <param name="recipe">Last part of the id.</param>
internal abstract unsafe class MatMulRoute(GgmlType type, string recipe) : CpuRoute
{
    public override string Id { get; } = $"cpu.matmul.{BlockFormat.Get(type).Name.ToLowerInvariant()}.{recipe}";

    public override string Op => "matmul";

    public override string GuardSummary => $"weights of type {Type}";

    public override RouteSetting Default => RouteSetting.On;

    // Eight bits of activation leave about 2^-16 of the power as error; on random data a few times that.
    public override double Tolerance => 5e-4;

    protected GgmlType Type { get; } = type;

    public override string? WhyNot(GraphNode node) => node switch
    {
        MatMulNode matmul when matmul.Matrix.Type == Type => null,
        MatMulNode matmul => $"the weights are {matmul.Matrix.Type}, not {Type}",
        _ => $"runs matmul, not {node.Op}",
    };

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var matmul = (MatMulNode)node;
        var kernel = CreateKernel(matmul.Matrix.InputWidth, builder.Shape.Rows(matmul.Input.Rows));
        var activations = kernel.ActivationForm is { } form
            ? builder.Derived(matmul.Input, form, kernel.ActivationBytesPerRow(matmul.Input.Width), (from, to) => kernel.CreatePacking(matmul.Input, from, to), kernel.PackedRows)
            : builder.Input(matmul.Input);
        var residual = matmul.Residual is null ? null : builder.Input(matmul.Residual);
        var gate = matmul.Gating is null ? null : builder.Input(matmul.Gating.Gate);
        var output = builder.Output(matmul.Result, rowWise: false);
        var columns = AccessPattern.ByColumns(matmul.Matrix.OutputWidth, Math.Max(ColumnStep.Unit, kernel.RowMultiple));
        List<BufferAccess> accesses = [BufferAccess.Read(activations, AccessPattern.Whole), BufferAccess.Write(output, columns)];
        if (residual is not null)
        {
            accesses.Add(BufferAccess.Read(residual, columns));
        }

        if (gate is not null)
        {
            accesses.Add(BufferAccess.Read(gate, columns));
        }

        var scratch = builder.Scratch("matmul.panel", kernel.ScratchBytes);
        return new Step(kernel, builder.BatchInvariant, matmul, activations, residual, gate, output, scratch, columns, builder.Shape.Rows(matmul.Input.Rows), accesses);
    }

    /// <summary>True if a product and the unit that gates its results are faster as one node than as two.</summary>
    public virtual bool GainsFromGating => false;

    /// <summary>The kernel for rows of <paramref name="k"/> values, for up to <paramref name="rows"/> rows of activations.</summary>
    protected abstract MatrixKernel CreateKernel(int k, int rows);

    private sealed class Step(
        MatrixKernel kernel,
        bool batchInvariant,
        MatMulNode node,
        CpuBuffer activations,
        CpuBuffer? residual,
        CpuBuffer? gate,
        CpuBuffer output,
        CpuBuffer scratch,
        AccessPattern columns,
        int rows,
        IReadOnlyList<BufferAccess> accesses) : CpuStep(accesses)
    {
        private readonly float[]? _bias = node.Bias is null ? null : WeightRow.LoadVector(node.Bias);

        private readonly delegate*<float*, float*, float*, int, void> _activate = node.Gating is null ? null : GatedRows.Of(node.Gating.Kind);

        public override bool IsDivisible => true;

        public override long Work { get; } = node.Matrix.RowBytes * node.Matrix.OutputWidth * rows;

        public override void Run(in StepContext context)
        {
            var (start, end) = columns.Columns(context);
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
                BatchInvariant = batchInvariant,
                Output = output.FloatRow(context.Thread, 0),
                OutputStride = output.FloatStride,
                Scratch = scratch.Row(context.Thread, 0),
            };
            fixed (float* bias = _bias)
            {
                // One of the two is what the sums start from, if the kernel can do that.
                if (kernel.TakesStart)
                {
                    arguments.Start = residual is null ? bias : residual.FloatRow(context.Thread, 0);
                    arguments.StartStride = residual?.FloatStride ?? 0;
                }

                if (gate is not null && kernel.TakesGate)
                {
                    arguments.Gate = gate.FloatRow(context.Thread, 0);
                    arguments.GateStride = gate.FloatStride;
                    arguments.Activate = _activate;
                }

                kernel.Run(&arguments);
                for (var row = 0; row < tokens; row++)
                {
                    var result = output.FloatRow(context.Thread, row) + start;
                    if (bias is not null && arguments.Start != bias)
                    {
                        VectorSum.Accumulate(result, bias + start, end - start);
                    }

                    if (residual is not null && arguments.Start is null)
                    {
                        VectorSum.Accumulate(result, residual.FloatRow(context.Thread, row) + start, end - start);
                    }

                    if (gate is not null && arguments.Gate is null)
                    {
                        _activate(gate.FloatRow(context.Thread, row) + start, result, result, end - start);
                    }
                }
            }
        }
    }
}

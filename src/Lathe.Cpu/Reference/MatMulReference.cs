using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>Matrix product with f64 sums: each weight row is expanded once and used for all tokens. Threads divide the output columns.</summary>
public sealed unsafe class MatMulReference() : ReferenceRoute<MatMulNode>("matmul", "expands each weight row and sums in f64")
{
    public override string GuardSummary => "weights of any type that can be computed with";

    protected override string? WhyNot(MatMulNode node) =>
        WeightRow.WhyNot(node.Matrix) ?? (node.Bias is null ? null : WeightRow.WhyNot(node.Bias));

    protected override CpuStep Compile(MatMulNode node, StepBuilder builder)
    {
        var residual = node.Residual is null ? null : builder.Input(node.Residual);
        var gate = node.Gating is null ? null : builder.Input(node.Gating.Gate);
        var input = builder.Input(node.Input);
        var output = builder.Output(node.Result, rowWise: false);
        var row = builder.Scratch("matmul.row", (long)node.Matrix.InputWidth * sizeof(float));
        var columns = AccessPattern.ByColumns(node.Matrix.OutputWidth, ColumnStep.Unit);
        List<BufferAccess> accesses = [BufferAccess.Read(input, AccessPattern.Whole), BufferAccess.Write(output, columns)];
        if (residual is not null)
        {
            accesses.Add(BufferAccess.Read(residual, columns));
        }

        if (gate is not null)
        {
            accesses.Add(BufferAccess.Read(gate, columns));
        }

        return new Step(node, input, residual, gate, output, row, columns, accesses);
    }

    private sealed class Step(
        MatMulNode node, CpuBuffer input, CpuBuffer? residual, CpuBuffer? gate, CpuBuffer output, CpuBuffer scratch, AccessPattern columns, IReadOnlyList<BufferAccess> accesses)
        : CpuStep(accesses)
    {
        private readonly BlockFormat _format = BlockFormat.Get(node.Matrix.Type);
        private readonly float[]? _bias = node.Bias is null ? null : WeightRow.LoadVector(node.Bias);
        private readonly Func<double, double, double>? _activate = node.Gating is null ? null : GluReference.Formula(node.Gating.Kind);

        public override void Run(in StepContext context)
        {
            var width = node.Matrix.InputWidth;
            var weights = scratch.FloatRow(context.Thread, 0);
            var rows = context.Rows(node.Input.Rows);
            var (start, end) = columns.Columns(context);
            for (var column = start; column < end; column++)
            {
                _format.Dequantize(node.Matrix.Data + (column * node.Matrix.RowBytes), weights, width);
                for (var row = 0; row < rows; row++)
                {
                    var sum = DotProduct.Of(weights, input.FloatRow(context.Thread, row), width) + (_bias is null ? 0 : _bias[column]);
                    if (residual is not null)
                    {
                        sum += residual.FloatRow(context.Thread, row)[column];
                    }

                    if (gate is not null)
                    {
                        sum = _activate!(gate.FloatRow(context.Thread, row)[column], sum);
                    }

                    output.FloatRow(context.Thread, row)[column] = (float)sum;
                }
            }
        }
    }
}

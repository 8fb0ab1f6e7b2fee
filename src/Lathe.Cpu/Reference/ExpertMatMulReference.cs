using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>Products with the picked experts, f64 sums: each row of an expert is expanded once, if any token wants it. Threads divide the columns
/// of the experts.</summary>
public sealed unsafe class ExpertMatMulReference() : ReferenceRoute<ExpertMatMulNode>("expert_matmul", "expands each weight row that is wanted and sums in f64")
{
    public override string GuardSummary => "weights of any type that can be computed with";

    protected override string? WhyNot(ExpertMatMulNode node) =>
        WeightRow.WhyNot(node.Matrix) ?? (node.Bias is null ? null : WeightRow.WhyNot(node.Bias));

    protected override CpuStep Compile(ExpertMatMulNode node, StepBuilder builder) => new Step(
        node,
        builder.Input(node.Input),
        builder.Input(node.Routing),
        node.Gating is null ? null : builder.Input(node.Gating.Gate),
        builder.Output(node.Result, rowWise: false),
        builder.Scratch("expert_matmul.row", (long)node.Matrix.InputWidth * sizeof(float)));

    private sealed class Step(ExpertMatMulNode node, CpuBuffer input, CpuBuffer routing, CpuBuffer? gate, CpuBuffer output, CpuBuffer scratch)
        : CpuStep(
            [
                BufferAccess.Read(input, AccessPattern.Whole),
                BufferAccess.Read(routing, AccessPattern.Whole),
                .. gate is null ? Array.Empty<BufferAccess>() : [BufferAccess.Read(gate, AccessPattern.Whole)],
                BufferAccess.Write(output, AccessPattern.Whole),
            ])
    {
        private readonly BlockFormat _format = BlockFormat.Get(node.Matrix.Type);
        private readonly Func<double, double, double>? _activate = node.Gating is null ? null : GluReference.Formula(node.Gating.Kind);
        private readonly float[][]? _bias =
            node.Bias is { } bias ? [.. Enumerable.Range(0, bias.OutputWidth).Select(expert => WeightRow.LoadVector(bias.Rows(expert, 1)))] : null;

        public override void Run(in StepContext context)
        {
            var (start, end) = context.Share(node.Matrix.OutputWidth);
            for (var expert = 0; expert < node.Matrix.ExpertCount; expert++)
            {
                var matrix = node.Matrix.Data + (expert * node.Matrix.ExpertBytes);
                for (var column = start; column < end; column++)
                {
                    RunColumn(context, expert, column, matrix + (column * node.Matrix.RowBytes));
                }
            }
        }

        private void RunColumn(in StepContext context, int expert, int column, byte* matrixRow)
        {
            var width = node.Matrix.InputWidth;
            var weights = scratch.FloatRow(context.Thread, 0);
            var isExpanded = false;
            for (var row = 0; row < context.Rows(node.Input.Rows); row++)
            {
                var experts = routing.FloatRow(context.Thread, row);
                for (var place = 0; place < node.Used; place++)
                {
                    if ((int)experts[place] != expert)
                    {
                        continue;
                    }

                    if (!isExpanded)
                    {
                        _format.Dequantize(matrixRow, weights, width);
                        isExpanded = true;
                    }

                    var x = input.FloatRow(context.Thread, row) + (node.IsInputShared ? 0 : place * width);
                    var sum = DotProduct.Of(weights, x, width) + (_bias is null ? 0 : _bias[expert][column]);
                    var at = (place * node.Matrix.OutputWidth) + column;
                    if (gate is not null)
                    {
                        sum = _activate!(gate.FloatRow(context.Thread, row)[at], sum);
                    }

                    output.FloatRow(context.Thread, row)[at] = (float)sum;
                }
            }
        }
    }
}

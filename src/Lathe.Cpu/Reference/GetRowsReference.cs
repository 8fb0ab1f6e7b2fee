using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Models;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>Embedding rows through the scalar block format. A token id outside the table makes a row of NaN.</summary>
public sealed unsafe class GetRowsReference() : ReferenceRoute<GetRowsNode>("get_rows", "expands each token's row block by block")
{
    public override string GuardSummary => "tables of any type that can be computed with";

    protected override string? WhyNot(GetRowsNode node) => WeightRow.WhyNot(node.Table);

    protected override CpuStep Compile(GetRowsNode node, StepBuilder builder) =>
        new Step(node.Table, builder.Output(node.Result, rowWise: true));

    private sealed class Step(Weight table, CpuBuffer output) : RowStep(RowAxis.Tokens, output)
    {
        private readonly BlockFormat _format = BlockFormat.Get(table.Type);

        protected override void RunRow(in StepContext context, int row)
        {
            var token = context.Batch.Tokens[row];
            var target = Output.FloatRow(context.Thread, row);
            if ((uint)token >= (uint)table.OutputWidth)
            {
                new Span<float>(target, table.InputWidth).Fill(float.NaN);
                return;
            }

            _format.Dequantize(table.Data + (token * table.RowBytes), target, table.InputWidth);
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Dequantization;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Models;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd;

/// <summary>Embedding rows, expanded in vectors. A token id outside the table makes a row of NaN.</summary>
public sealed unsafe class GetRowsSimd() : SimdRoute<GetRowsNode>("get_rows", "expands rows in vectors")
{
    public override string GuardSummary => "tables of any type that can be computed with";

    protected override string? WhyNot(GetRowsNode node) =>
        BlockFormat.Find(node.Table.Type) is { } format && node.Table.InputWidth % format.BlockElements == 0
            ? null
            : $"{node.Table.Name} is {node.Table.Type} with rows of {node.Table.InputWidth} values, which cannot be computed with";

    private protected override CpuStep Compile<TLanes, TVector>(GetRowsNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node.Table, builder.Output(node.Result, rowWise: true));

    private sealed class Step<TLanes, TVector>(Weight table, CpuBuffer output) : RowStep(RowAxis.Tokens, output)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly delegate*<byte*, float*, int, void> _expand = Dequantizers<TLanes, TVector>.Find(table.Type);

        protected override void RunRow(in StepContext context, int row)
        {
            var token = context.Batch.Tokens[row];
            var target = Output.FloatRow(context.Thread, row);
            if ((uint)token >= (uint)table.OutputWidth)
            {
                new Span<float>(target, table.InputWidth).Fill(float.NaN);
                return;
            }

            _expand(table.Data + (token * table.RowBytes), target, table.InputWidth);
        }
    }
}

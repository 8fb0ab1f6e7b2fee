using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Models;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd;

/// <summary>Embedding rows: plain types in vectors, the others through their block format (a row per token is too little to matter).
/// A token id outside the table makes a row of NaN.</summary>
public sealed unsafe class GetRowsSimd() : SimdRoute<GetRowsNode>("get_rows", "expands f32, f16, bf16 and q8_0 in vectors, other types by block")
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
        private readonly delegate*<byte*, float*, int, void> _expand = Unpacking<TLanes, TVector>.Find(table.Type);
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

            var source = table.Data + (token * table.RowBytes);
            if (_expand != null)
            {
                _expand(source, target, table.InputWidth);
            }
            else
            {
                _format.Dequantize(source, target, table.InputWidth);
            }
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>Packs keys and values into the pages of their sequences. f16 rounds to nearest even; q8_0 scales by <c>max|x| / 127</c> and rounds
/// halves away from zero. Threads divide the KV heads.</summary>
public sealed unsafe class StoreKvReference() : ReferenceRoute<StoreKvNode>("store_kv", "packs head by head through the scalar block format")
{
    protected override CpuStep Compile(StoreKvNode node, StepBuilder builder) =>
        new Step(node, builder.Kv, builder.Input(node.Key), builder.Input(node.Value), builder.KvMarker(node.Layer));

    private sealed class Step(StoreKvNode node, CpuKvStorage kv, CpuBuffer keys, CpuBuffer values, CpuBuffer marker)
        : CpuStep(
            BufferAccess.Read(keys, AccessPattern.ByColumns(kv.Layout.KvHeads * kv.Layout.KeyDim, kv.Layout.KeyDim)),
            BufferAccess.Read(values, AccessPattern.ByColumns(kv.Layout.KvHeads * kv.Layout.ValueDim, kv.Layout.ValueDim)),
            BufferAccess.Write(marker, AccessPattern.ByColumns(kv.Layout.KvHeads, 1)))
    {
        private readonly BlockFormat _format = KvFormat.Of(kv.Layout.ElementType);

        public override void Run(in StepContext context)
        {
            var layout = kv.Layout;
            var (firstHead, endHead) = context.Share(layout.KvHeads);
            foreach (var slice in context.Batch.Slices)
            {
                for (var row = slice.FirstRow; row < slice.FirstRow + slice.Count; row++)
                {
                    var (page, token) = Math.DivRem(context.Batch.Positions[row], KvLayout.PageTokens);
                    var start = kv.Page(slice.Sequence.Pages[page]);
                    for (var head = firstHead; head < endHead; head++)
                    {
                        _format.Quantize(
                            keys.FloatRow(context.Thread, row) + (head * layout.KeyDim),
                            start + layout.KeyOffset(node.Layer, head) + (token * layout.KeyBytes),
                            layout.KeyDim);
                        _format.Quantize(
                            values.FloatRow(context.Thread, row) + (head * layout.ValueDim),
                            start + layout.ValueOffset(node.Layer, head) + (token * layout.ValueBytes),
                            layout.ValueDim);
                    }
                }
            }
        }
    }
}

using Lathe.Cpu.Reference;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Execution;

/// <summary>Reads back what a store step left in the KV pages: for each row of the batch its keys, then its values.</summary>
internal sealed class KvSnapshot(StoreKvNode node, CpuKvStorage kv)
{
    private readonly BlockFormat _format = KvFormat.Of(kv.Layout.ElementType);
    private readonly List<float[]> _rows = [];

    public IReadOnlyList<float[]> Rows => _rows;

    /// <summary>A step that takes the snapshot; nothing may write to the layer's pages while it does.</summary>
    public CpuStep Take(CpuBuffer marker) => new Step(this, marker);

    private unsafe void Read(Batch batch)
    {
        var layout = kv.Layout;
        _rows.Clear();
        foreach (var slice in batch.Slices)
        {
            for (var row = slice.FirstRow; row < slice.FirstRow + slice.Count; row++)
            {
                var values = new float[layout.KvHeads * (layout.KeyDim + layout.ValueDim)];
                var (page, token) = Math.DivRem(batch.Positions[row], KvLayout.PageTokens);
                var start = kv.Page(slice.Sequence.Pages[page]);
                fixed (float* target = values)
                {
                    for (var head = 0; head < layout.KvHeads; head++)
                    {
                        _format.Dequantize(start + layout.KeyOffset(node.Layer, head) + (token * layout.KeyBytes), target + (head * layout.KeyDim), layout.KeyDim);
                        _format.Dequantize(
                            start + layout.ValueOffset(node.Layer, head) + (token * layout.ValueBytes),
                            target + (layout.KvHeads * layout.KeyDim) + (head * layout.ValueDim),
                            layout.ValueDim);
                    }
                }

                _rows.Add(values);
            }
        }
    }

    private sealed class Step(KvSnapshot snapshot, CpuBuffer marker) : CpuStep(BufferAccess.Read(marker, AccessPattern.Whole))
    {
        public override void Run(in StepContext context)
        {
            if (context.Thread == 0)
            {
                snapshot.Read(context.Batch);
            }
        }
    }
}

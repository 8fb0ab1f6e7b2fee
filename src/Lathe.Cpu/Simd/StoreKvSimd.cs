using System.Runtime.CompilerServices;
using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd;

/// <summary>Packs keys and values into the pages of their sequences: f16 in vectors (to nearest even, as <see cref="Half"/> rounds), f32 as it is, q8_0 block by block.
/// Threads divide the KV heads, as those of the rotation before and the attention behind do.</summary>
public sealed unsafe class StoreKvSimd() : SimdRoute<StoreKvNode>("store_kv", "rounds to f16 in vectors")
{
    private protected override CpuStep Compile<TLanes, TVector>(StoreKvNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Kv, builder.Input(node.Key), builder.Input(node.Value), builder.KvMarker(node.Layer));

    private static void PackSingle(float* source, byte* target, int count) => Unsafe.CopyBlockUnaligned(target, source, (uint)count * sizeof(float));

    private static void PackQ8(float* source, byte* target, int count)
    {
        for (var block = 0; block < count / Q8_0.BlockElements; block++)
        {
            Q8_0.QuantizeBlock(source + (block * Q8_0.BlockElements), target + (block * Q8_0.BlockBytes));
        }
    }

    private sealed class Step<TLanes, TVector>(StoreKvNode node, CpuKvStorage kv, CpuBuffer keys, CpuBuffer values, CpuBuffer marker)
        : CpuStep(
            BufferAccess.Read(keys, AccessPattern.ByColumns(kv.Layout.KvHeads * kv.Layout.KeyDim, kv.Layout.KeyDim)),
            BufferAccess.Read(values, AccessPattern.ByColumns(kv.Layout.KvHeads * kv.Layout.ValueDim, kv.Layout.ValueDim)),
            BufferAccess.Write(marker, AccessPattern.ByColumns(kv.Layout.KvHeads, 1)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly delegate*<float*, byte*, int, void> _pack = kv.Layout.ElementType switch
        {
            KvElementType.F16 => &Unpacking<TLanes, TVector>.PackHalf,
            KvElementType.F32 => &PackSingle,
            KvElementType.Q8_0 => &PackQ8,
            _ => throw new ArgumentException($"unknown KV element type {kv.Layout.ElementType}"),
        };

        public override void Run(in StepContext context)
        {
            var layout = kv.Layout;
            int keyDim = layout.KeyDim, valueDim = layout.ValueDim, keyBytes = layout.KeyBytes, valueBytes = layout.ValueBytes;
            var (firstHead, endHead) = context.Share(layout.KvHeads);
            foreach (var slice in context.Batch.Slices)
            {
                for (var row = slice.FirstRow; row < slice.FirstRow + slice.Count; row++)
                {
                    var (page, token) = Math.DivRem(context.Batch.Positions[row], KvLayout.PageTokens);
                    var start = kv.Page(slice.Sequence.Pages[page]);
                    float* key = keys.FloatRow(context.Thread, row), value = values.FloatRow(context.Thread, row);
                    for (var head = firstHead; head < endHead; head++)
                    {
                        _pack(key + (head * keyDim), start + layout.KeyOffset(node.Layer, head) + (token * keyBytes), keyDim);
                        _pack(value + (head * valueDim), start + layout.ValueOffset(node.Layer, head) + (token * valueBytes), valueDim);
                    }
                }
            }
        }
    }
}

using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Tests.Ops;

public sealed unsafe class StoreKvTests
{
    public static TheoryData<string> Routes => OpRoutes.Of("store_kv");

    [Theory]
    [MemberData(nameof(Routes))]
    public void Rows_land_in_the_pages_of_their_sequence_and_nothing_else_changes(string route)
    {
        foreach (var type in Enum.GetValues<KvElementType>())
        {
            foreach (var (heads, keyDim, valueDim) in new[] { (1, 32, 32), (2, 64, 96), (3, 128, 128), (5, 32, 64) })
            {
                foreach (var threads in OpTest.ThreadCounts)
                {
                    Check(route, new KvLayout(3, heads, keyDim, valueDim, type), threads, (0, 1));
                    Check(route, new KvLayout(3, heads, keyDim, valueDim, type), threads, (62, 5), (0, 3), (128, 1));
                }
            }
        }

        Check(route, new KvLayout(1, 2, 7, 13, KvElementType.F16), 2, (63, 2));
        Check(route, new KvLayout(1, 2, 7, 13, KvElementType.F32), 2, (63, 2));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void F16_is_rounded_as_half_is(string route)
    {
        // Every f16 value, the midpoints between neighbours, and the f32 values right beside them.
        var values = new List<float>();
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            var next = (float)BitConverter.UInt16BitsToHalf((ushort)Math.Min(bits + 1, ushort.MaxValue));
            var middle = (half + next) / 2;
            values.AddRange([half, middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle)]);
        }

        values.AddRange([float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 65519.996f, 65520f, -65520f, 1e-8f, -2.98e-8f]);
        var dim = values.Count;
        using var kv = new KvTest(new KvLayout(1, 1, dim, 1, KvElementType.F16), (0, 1));
        Store(route, kv, 1, 0, [.. values], [1f]);
        var stored = (Half*)kv.Address(kv.Batch.Slices[0].Sequence, 0, 0, 0, isValue: false);
        for (var i = 0; i < dim; i++)
        {
            var expected = (Half)values[i];
            Assert.True(
                Half.IsNaN(expected) ? Half.IsNaN(stored[i]) : BitConverter.HalfToUInt16Bits(expected) == BitConverter.HalfToUInt16Bits(stored[i]),
                $"{values[i]:r} became {stored[i]}, not {expected}");
        }
    }

    private static void Check(string route, KvLayout layout, int threads, params (int Position, int Count)[] slices)
    {
        var tokens = slices.Sum(slice => slice.Count);
        var layer = layout.Layers - 1;
        var keys = Numbers.Normal(tokens * layout.KvHeads * layout.KeyDim, 1);
        var values = Numbers.Normal(tokens * layout.KvHeads * layout.ValueDim, 2);
        using var kv = new KvTest(layout, slices);
        Store(route, kv, threads, layer, keys, values);

        var written = 0L;
        foreach (var slice in kv.Batch.Slices)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                for (var head = 0; head < layout.KvHeads; head++)
                {
                    var token = slice.FirstPosition + i;
                    var row = ((slice.FirstRow + i) * layout.KvHeads) + head;
                    AssertStored(kv, kv.Address(slice.Sequence, layer, head, token, false), keys.AsSpan(row * layout.KeyDim, layout.KeyDim));
                    AssertStored(kv, kv.Address(slice.Sequence, layer, head, token, true), values.AsSpan(row * layout.ValueDim, layout.ValueDim));
                    new Span<byte>(kv.Address(slice.Sequence, layer, head, token, false), layout.KeyBytes).Fill(KvTest.Sentinel);
                    new Span<byte>(kv.Address(slice.Sequence, layer, head, token, true), layout.ValueBytes).Fill(KvTest.Sentinel);
                    written++;
                }
            }
        }

        Assert.Equal(tokens * layout.KvHeads, written);
        for (var page = 0; page < kv.Pages; page++)
        {
            Assert.False(new ReadOnlySpan<byte>(kv.Storage.Page(page), (int)layout.PageBytes).ContainsAnyExcept(KvTest.Sentinel), "another place was written");
        }
    }

    private static void AssertStored(KvTest kv, byte* row, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var limit = kv.Layout.ElementType switch
            {
                KvElementType.F32 => 0,
                KvElementType.F16 => Math.Abs(values[i]) / 2048,
                KvElementType.Q8_0 => Largest(values.Slice(i / 32 * 32, 32)) / 127 * 0.5 * 1.15, // d itself is rounded to f16: up to 127/2048 of a step
                _ => throw new InvalidOperationException("unknown KV element type"),
            };
            Assert.True(Math.Abs(kv.Read(row, i) - values[i]) <= limit, $"{kv.Layout.ElementType}: {values[i]} became {kv.Read(row, i)}");
        }
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    private static void Store(string route, KvTest kv, int threads, int layer, float[] keys, float[] values)
    {
        var layout = kv.Layout;
        GraphValue key = Values.Tokens(0, layout.KvHeads * layout.KeyDim), value = Values.Tokens(1, layout.KvHeads * layout.ValueDim);
        using var test = new OpTest(kv.Batch.Shape, threads, kv.Storage);
        test.SetInput(key, keys);
        test.SetInput(value, values);
        test.Run(OpRoutes.Get(route), new StoreKvNode("store", layer, key, value), kv.Batch);
    }
}

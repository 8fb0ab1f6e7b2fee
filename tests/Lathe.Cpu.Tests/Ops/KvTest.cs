using System.Buffers.Binary;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>KV pages full of sentinels, and what they mean by definition of the element type.</summary>
internal sealed unsafe class KvTest : IDisposable
{
    public const byte Sentinel = 0xA5;

    private readonly KvPool _pool;

    public KvTest(KvLayout layout, params (int Position, int Count)[] slices)
    {
        Layout = layout;
        Storage = new CpuKvStorage(layout);
        _pool = new KvPool(Storage, capacity: 4096);
        Batch = new Batch(new GraphShape(slices.Sum(slice => slice.Count), 1));

        // The sequences take pages in turn, so that a sequence's pages are neither in order nor side by side.
        var sequences = slices.Select(_ => new KvSequence(_pool)).ToArray();
        for (var tokens = KvLayout.PageTokens; tokens < slices.Max(slice => slice.Position + slice.Count) + KvLayout.PageTokens; tokens += KvLayout.PageTokens)
        {
            for (var i = sequences.Length - 1; i >= 0; i--)
            {
                sequences[i].Reserve(Math.Min(tokens, slices[i].Position + slices[i].Count));
            }
        }

        for (var page = 0; page < _pool.PagesInUse; page++)
        {
            new Span<byte>(Storage.Page(page), (int)layout.PageBytes).Fill(Sentinel);
        }

        for (var i = 0; i < slices.Length; i++)
        {
            sequences[i].Advance(slices[i].Position);
            Batch.Add(sequences[i], new int[slices[i].Count], 0);
        }
    }

    public KvLayout Layout { get; }

    public CpuKvStorage Storage { get; }

    public Batch Batch { get; }

    public int Pages => _pool.PagesInUse;

    /// <summary>Where a token's key or value lies.</summary>
    public byte* Address(KvSequence sequence, int layer, int head, int token, bool isValue)
    {
        var page = Storage.Page(sequence.Pages[token / KvLayout.PageTokens]);
        var inPage = token % KvLayout.PageTokens;
        return isValue
            ? page + Layout.ValueOffset(layer, head) + (inPage * Layout.ValueBytes)
            : page + Layout.KeyOffset(layer, head) + (inPage * Layout.KeyBytes);
    }

    /// <summary>Writes random keys and values of every token up to the end of each slice.</summary>
    public void Fill(int layer, int seed)
    {
        var random = new Random(seed);
        foreach (var slice in Batch.Slices)
        {
            for (var token = 0; token < slice.FirstPosition + slice.Count; token++)
            {
                for (var head = 0; head < Layout.KvHeads; head++)
                {
                    Write(Address(slice.Sequence, layer, head, token, false), Layout.KeyDim, random);
                    Write(Address(slice.Sequence, layer, head, token, true), Layout.ValueDim, random);
                }
            }
        }
    }

    /// <summary>The meaning of value <paramref name="index"/> of the row at <paramref name="row"/>.</summary>
    public double Read(byte* row, int index) => Layout.ElementType switch
    {
        KvElementType.F32 => ((float*)row)[index],
        KvElementType.F16 => (double)((Half*)row)[index],
        KvElementType.Q8_0 => (double)*(Half*)(row + (index / 32 * 34)) * *(sbyte*)(row + (index / 32 * 34) + 2 + (index % 32)),
        _ => throw new InvalidOperationException("unknown KV element type"),
    };

    public void Dispose() => _pool.Dispose();

    private void Write(byte* row, int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            var value = (float)((random.NextDouble() * 4) - 2);
            switch (Layout.ElementType)
            {
                case KvElementType.F32:
                    ((float*)row)[i] = value;
                    break;
                case KvElementType.F16:
                    BinaryPrimitives.WriteHalfLittleEndian(new Span<byte>(row + (2 * i), 2), (Half)value);
                    break;
                case KvElementType.Q8_0:
                    *(Half*)(row + (i / 32 * 34)) = (Half)0.02f;
                    *(sbyte*)(row + (i / 32 * 34) + 2 + (i % 32)) = (sbyte)random.Next(-127, 128);
                    break;
                default:
                    throw new InvalidOperationException("unknown KV element type");
            }
        }
    }
}

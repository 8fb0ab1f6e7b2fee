using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Graph values, weights and batches as the tests need them.</summary>
internal static unsafe class Values
{
    private const int MaxPages = 1 << 15;

    public static GraphValue Tokens(int id, int width, int? group = null) => new(id, RowAxis.Tokens, width, group ?? width);

    /// <summary>An f32 vector; the memory lives as long as the process, which is a test's.</summary>
    public static Weight Vector(float[] values)
    {
        var memory = GC.AllocateArray<float>(values.Length, pinned: true);
        values.CopyTo(memory, 0);
        s_alive.Add(memory);
        fixed (float* data = memory)
        {
            return new Weight("vector", GgmlType.F32, values.Length, 1, (byte*)data, (long)values.Length * sizeof(float));
        }
    }

    /// <summary>A matrix whose rows are packed from <paramref name="values"/>.</summary>
    public static Weight Matrix(GgmlType type, int inputWidth, int outputWidth, float[] values)
    {
        var format = BlockFormat.Get(type);
        var bytes = GC.AllocateArray<byte>((int)format.ByteSize(values.Length), pinned: true);
        s_alive.Add(bytes);
        fixed (float* source = values)
        fixed (byte* target = bytes)
        {
            format.Quantize(source, target, values.Length);
            return new Weight("matrix", type, inputWidth, outputWidth, target, format.ByteSize(inputWidth));
        }
    }

    /// <summary>A matrix of the given bytes.</summary>
    public static Weight Matrix(GgmlType type, int inputWidth, int outputWidth, byte[] bytes)
    {
        var memory = GC.AllocateArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(memory, 0);
        s_alive.Add(memory);
        fixed (byte* data = memory)
        {
            return new Weight("matrix", type, inputWidth, outputWidth, data, BlockFormat.Get(type).ByteSize(inputWidth));
        }
    }

    /// <summary>A batch of one sequence from position <paramref name="position"/> on.</summary>
    public static Batch Batch(int tokens, int position = 0, int outputs = 0, GraphShape? shape = null)
    {
        var sequence = new KvSequence(new KvPool(new NoStorage(), MaxPages));
        sequence.Reserve(position + tokens);
        sequence.Advance(position);
        var batch = new Batch(shape ?? new GraphShape(tokens, Math.Max(outputs, 1)));
        batch.Add(sequence, [.. Enumerable.Range(0, tokens)], outputs);
        return batch;
    }

    private static readonly List<Array> s_alive = [];

    /// <summary>Pages that nobody reads.</summary>
    private sealed class NoStorage() : KvStorage(new KvLayout(1, 1, 1, 1, KvElementType.F32))
    {
        public override void Commit(int page)
        {
        }

        public override void CopyPage(int from, int to, int tokens) => throw new NotSupportedException("these pages have no content");

        public override void Dispose()
        {
        }
    }
}

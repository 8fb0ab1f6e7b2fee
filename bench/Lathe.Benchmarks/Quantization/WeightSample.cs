using System.Runtime.InteropServices;
using Lathe.Formats.Quantization;
using Lathe.Formats.Synthesis;

namespace Lathe.Benchmarks.Quantization;

/// <summary>A matrix of random weights of one format, too large for the caches of most machines.</summary>
internal sealed unsafe class WeightSample : IDisposable
{
    public const int RowElements = 4096;
    public const int Rows = 4096;

    public WeightSample(BlockFormat format)
    {
        RowBytes = format.ByteSize(RowElements);
        Blocks = (byte*)NativeMemory.AlignedAlloc((nuint)(Rows * RowBytes), 64);
        var tile = new RandomTile(format, seed: 1).WithDeviation(1f / 64).Bytes;
        for (long start = 0; start < Rows * RowBytes; start += tile.Length)
        {
            tile.AsSpan(0, (int)Math.Min(tile.Length, (Rows * RowBytes) - start)).CopyTo(new Span<byte>(Blocks + start, (int)Math.Min(tile.Length, (Rows * RowBytes) - start)));
        }
    }

    public byte* Blocks { get; }

    public long RowBytes { get; }

    /// <summary>Bytes of the f32 values that the blocks expand to.</summary>
    public static long ValueBytes => (long)Rows * RowElements * sizeof(float);

    public byte* Row(int row) => Blocks + (row * RowBytes);

    public void Dispose() => NativeMemory.AlignedFree(Blocks);
}

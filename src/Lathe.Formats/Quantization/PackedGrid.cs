using System.Runtime.InteropServices;

namespace Lathe.Formats.Quantization;

/// <summary>How the codebooks lie in the assembly: 16 bits per point instead of four or eight bytes.</summary>
/// <remarks>A codebook's values come from a handful of levels, so a point of eight values is eight 2-bit level numbers and a point of four values
/// is four 4-bit ones, the first value in the lowest bits. The packed words are constant data of the assembly: they cost nothing until a grid class
/// is first touched.</remarks>
internal static unsafe class PackedGrid
{
    private const int PointBits = 16;
    private const int CacheLine = 64;

    /// <summary>Expands to one byte per value; the memory lives as long as the process, because kernels keep its address.</summary>
    public static void* Expand(ReadOnlySpan<ushort> packed, ReadOnlySpan<short> levels, int pointValues)
    {
        int bits = PointBits / pointValues;
        int mask = (1 << bits) - 1;
        var points = (byte*)NativeMemory.AlignedAlloc((nuint)(packed.Length * pointValues), CacheLine);
        byte* next = points;
        foreach (ushort point in packed)
        {
            for (int i = 0; i < pointValues; i++)
            {
                *next++ = (byte)levels[(point >> (bits * i)) & mask];
            }
        }

        return points;
    }
}

using System.Runtime.InteropServices;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>The value of every binary16. The factors of a file's blocks are a few thousand different numbers, so that what is in use of the 256 KB
/// stays in the near caches.</summary>
internal static unsafe class HalfTable
{
    /// <summary>Indexed by the 16 bits.</summary>
    public static readonly float* Values = Create();

    private static float* Create()
    {
        const int Count = 1 << 16;
        var values = (float*)NativeMemory.AlignedAlloc(Count * sizeof(float), 64);
        for (int bits = 0; bits < Count; bits++)
        {
            values[bits] = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
        }

        return values;
    }
}

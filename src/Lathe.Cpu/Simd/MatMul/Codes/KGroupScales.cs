using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The eight 6-bit scales and minima in 12 bytes of Q4_K and Q5_K, <see cref="KScales"/> all at once.</summary>
internal static unsafe class KGroupScales
{
    /// <param name="factors">f16 factor of the scales, f16 factor of the minima, which are subtracted.</param>
    /// <param name="packed">12 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Read(byte* factors, byte* packed)
    {
        uint w0 = CodeBits.Read<uint>(packed), w1 = CodeBits.Read<uint>(packed + 4), w2 = CodeBits.Read<uint>(packed + 8);
        uint scalesHigh = (w2 & 0x0F0F_0F0F) | ((w0 >> 2) & 0x3030_3030);
        uint minimaHigh = ((w2 >> 4) & 0x0F0F_0F0F) | ((w1 >> 2) & 0x3030_3030);
        ulong scales = (w0 & 0x3F3F_3F3F) | ((ulong)scalesHigh << 32);
        ulong minima = (w1 & 0x3F3F_3F3F) | ((ulong)minimaHigh << 32);
        Vector256<float> d = HalfLanes.Broadcast(factors), m = HalfLanes.Broadcast(factors + 2);
        return new()
        {
            Scales0 = CodeBits.ToSingle(scales) * d,
            Minima0 = CodeBits.ToSingle(minima) * -m,
        };
    }
}

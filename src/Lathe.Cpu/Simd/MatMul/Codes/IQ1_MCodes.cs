using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Ternary codebook points, each with a shift of an eighth: codes are eighths; sixteen 3-bit scales.</summary>
internal readonly unsafe struct IQ1_MCodes : IWeightCodes
{
    public static int BlockElements => IQ1_M.BlockElements;

    public static int BlockBytes => IQ1_M.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int Offset => 16;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq1SGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        byte* low = block + (part * 4);
        int high = CodeBits.Read<ushort>(block + 32 + (part * 2));
        ulong* points = (ulong*)Iq1SGrid.Points;
        Vector256<ulong> ternary = Vector256.Create(
            points[low[0] | ((high << 8) & 0x700)],
            points[low[1] | ((high << 4) & 0x700)],
            points[low[2] | (high & 0x700)],
            points[low[3] | ((high >> 4) & 0x700)]);
        Vector256<ulong> shift = Vector256.Create(Shift(high >> 3), Shift(high >> 7), Shift(high >> 11), Shift(high >> 15));
        return (ternary.AsByte() << 3) + shift.AsByte() + Vector256.Create((byte)Offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        // Four words of four 3-bit scales; their top nibbles together are the bits of d.
        ulong words = CodeBits.Read<ulong>(blocks + 48);
        ulong d = ((words >> 12) & 0xF) | ((words >> 24) & 0xF0) | ((words >> 36) & 0xF00) | ((words >> 48) & 0xF000);
        Vector256<float> factor = HalfLanes.ToSingle(Vector256.Create((uint)d)) * Vector256.Create(IQ1_S.Shift);
        return new() { Scales0 = Scales(words) * factor, Scales1 = Scales(words >> 32) * factor };
    }

    /// <summary>Eight bytes of +1, or of −1 where the lowest bit of <paramref name="negative"/> is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Shift(int negative) => 0x0101_0101_0101_0101 | (0 - (ulong)(negative & 1));

    /// <summary>2·s + 1 of the eight scales in the low 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scales(ulong words)
    {
        Vector256<int> doubled = Vector256.Create(
            (int)(words << 1) & 14,
            (int)(words >> 2) & 14,
            (int)(words >> 5) & 14,
            (int)(words >> 8) & 14,
            (int)(words >> 15) & 14,
            (int)(words >> 18) & 14,
            (int)(words >> 21) & 14,
            (int)(words >> 24) & 14);
        return Vector256.ConvertToSingle(doubled + Vector256<int>.One);
    }
}

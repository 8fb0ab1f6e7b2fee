using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Ternary codebook points with a shift of an eighth: codes are eighths.</summary>
internal readonly unsafe struct IQ1_SCodes : IWeightCodes
{
    public static int BlockElements => IQ1_S.BlockElements;

    public static int BlockBytes => IQ1_S.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int Offset => 16;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq1SGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        byte* low = block + 2 + (part * 4);
        int high = CodeBits.Read<ushort>(block + 34 + (part * 2));
        ulong* points = (ulong*)Iq1SGrid.Points;
        Vector256<ulong> ternary = Vector256.Create(
            points[low[0] | ((high << 8) & 0x700)],
            points[low[1] | ((high << 5) & 0x700)],
            points[low[2] | ((high << 2) & 0x700)],
            points[low[3] | ((high >> 1) & 0x700)]);
        Vector256<byte> shift = Vector256.Create((byte)(1 | -(high >> 15)));
        return (ternary.AsByte() << 3) + shift + Vector256.Create((byte)Offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<int> words = Vector256.WidenLower(Vector128.Load((short*)(blocks + 34)).ToVector256Unsafe());
        Vector256<int> scales = ((words >> 11) & Vector256.Create(14)) + Vector256<int>.One;
        return new() { Scales0 = Vector256.ConvertToSingle(scales) * (HalfLanes.Broadcast(blocks) * Vector256.Create(IQ1_S.Shift)) };
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Codebook points of four with explicit signs; eight 4-bit scales.</summary>
internal readonly unsafe struct IQ3_SCodes : IWeightCodes
{
    public static int BlockElements => IQ3_S.BlockElements;

    public static int BlockBytes => IQ3_S.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int Offset => 16;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq3SGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        byte* low = block + 2 + (part * 8);
        int high = block[66 + part];
        uint* points = (uint*)Iq3SGrid.Points;
        Vector256<uint> magnitudes = Vector256.Create(
            points[low[0] | ((high << 8) & 256)],
            points[low[1] | ((high << 7) & 256)],
            points[low[2] | ((high << 6) & 256)],
            points[low[3] | ((high << 5) & 256)],
            points[low[4] | ((high << 4) & 256)],
            points[low[5] | ((high << 3) & 256)],
            points[low[6] | ((high << 2) & 256)],
            points[low[7] | ((high << 1) & 256)]);
        return GridCodes.Signed(Offset, magnitudes.AsByte(), CodeBits.Read<uint>(block + 74 + (part * 4)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> scales = Vector256.ConvertToSingle(CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 106)));
        return new() { Scales0 = ((scales + scales) + Vector256<float>.One) * HalfLanes.Broadcast(blocks) };
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Codebook points of eight with explicit signs; sixteen 4-bit scales.</summary>
internal readonly unsafe struct IQ2_SCodes : IWeightCodes
{
    public static int BlockElements => IQ2_S.BlockElements;

    public static int BlockBytes => IQ2_S.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int Offset => 64;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq2SGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        byte* low = block + 2 + (part * 4);
        int high = block[66 + part];
        ulong* points = (ulong*)Iq2SGrid.Points;
        Vector256<ulong> magnitudes = Vector256.Create(
            points[low[0] | ((high & 3) << 8)],
            points[low[1] | ((high & 12) << 6)],
            points[low[2] | ((high & 48) << 4)],
            points[low[3] | ((high & 192) << 2)]);
        return GridCodes.Signed(Offset, magnitudes.AsByte(), CodeBits.Read<uint>(block + 34 + (part * 4)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> d = (HalfLanes.Broadcast(blocks) * Vector256.Create(0.25f));
        Vector256<float> half = Vector256.Create(0.5f);
        return new()
        {
            Scales0 = (Vector256.ConvertToSingle(CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 74))) + half) * d,
            Scales1 = (Vector256.ConvertToSingle(CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 78))) + half) * d,
        };
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Codebook points of eight with signs; sixteen 4-bit scales.</summary>
internal readonly unsafe struct IQ2_XSCodes : IWeightCodes
{
    public static int BlockElements => IQ2_XS.BlockElements;

    public static int BlockBytes => IQ2_XS.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int Offset => 64;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq2XsGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        ulong packed = CodeBits.Read<ulong>(block + 2 + (part * 8));
        ulong* points = (ulong*)Iq2XsGrid.Points;
        uint signs = (uint)((packed >> 9) & 127) | ((uint)((packed >> 25) & 127) << 7)
            | ((uint)((packed >> 41) & 127) << 14) | ((uint)(packed >> 57) << 21);
        return GridCodes.Signed(
            Offset,
            Vector256.Create(points[packed & 511], points[(packed >> 16) & 511], points[(packed >> 32) & 511], points[(packed >> 48) & 511]).AsByte(),
            GridCodes.WithParity(signs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> d = (HalfLanes.Broadcast(blocks) * Vector256.Create(0.25f));
        Vector256<float> half = Vector256.Create(0.5f);
        return new()
        {
            Scales0 = (Vector256.ConvertToSingle(CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 66))) + half) * d,
            Scales1 = (Vector256.ConvertToSingle(CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 70))) + half) * d,
        };
    }
}

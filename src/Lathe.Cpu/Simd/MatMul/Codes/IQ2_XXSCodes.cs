using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Codebook points of eight with signs; eight 4-bit scales.</summary>
internal readonly unsafe struct IQ2_XXSCodes : IWeightCodes
{
    public static int BlockElements => IQ2_XXS.BlockElements;

    public static int BlockBytes => IQ2_XXS.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int Offset => 64;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq2XxsGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        byte* group = block + 2 + (part * 8);
        uint signs = CodeBits.Read<uint>(group + 4);
        ulong* points = (ulong*)Iq2XxsGrid.Points;
        return GridCodes.Signed(
            Offset,
            Vector256.Create(points[group[0]], points[group[1]], points[group[2]], points[group[3]]).AsByte(),
            GridCodes.WithParity(signs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        // The scale is the top nibble of the group's second word.
        Vector256<uint> words = Vector256.Create(
            CodeBits.Read<uint>(blocks + 6),
            CodeBits.Read<uint>(blocks + 14),
            CodeBits.Read<uint>(blocks + 22),
            CodeBits.Read<uint>(blocks + 30),
            CodeBits.Read<uint>(blocks + 38),
            CodeBits.Read<uint>(blocks + 46),
            CodeBits.Read<uint>(blocks + 54),
            CodeBits.Read<uint>(blocks + 62));
        Vector256<float> scales = Vector256.ConvertToSingle((words >> 28).AsInt32());
        return new() { Scales0 = (scales + Vector256.Create(0.5f)) * (HalfLanes.Broadcast(blocks) * Vector256.Create(0.25f)) };
    }
}

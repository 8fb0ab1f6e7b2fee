using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Codebook points of four with signs; eight 4-bit scales.</summary>
internal readonly unsafe struct IQ3_XXSCodes : IWeightCodes
{
    public static int BlockElements => IQ3_XXS.BlockElements;

    public static int BlockBytes => IQ3_XXS.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int Offset => 64;

    public static bool HasMinima => false;

    public static void Prepare() => _ = Iq3XxsGrid.Points[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        byte* group = block + 2 + (part * 8);
        uint* points = (uint*)Iq3XxsGrid.Points;
        Vector256<uint> magnitudes = Vector256.Create(
            points[group[0]],
            points[group[1]],
            points[group[2]],
            points[group[3]],
            points[group[4]],
            points[group[5]],
            points[group[6]],
            points[group[7]]);
        return GridCodes.Signed(Offset, magnitudes.AsByte(), GridCodes.WithParity(CodeBits.Read<uint>(block + 66 + (part * 4))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> scales = Vector256.ConvertToSingle((Vector256.Load((uint*)(blocks + 66)) >> 28).AsInt32());
        return new() { Scales0 = (scales + Vector256.Create(0.5f)) * (HalfLanes.Broadcast(blocks) * Vector256.Create(0.5f)) };
    }
}

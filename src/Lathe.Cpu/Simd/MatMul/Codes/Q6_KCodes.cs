using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with two more bits, above −32; sixteen 8-bit scales.</summary>
internal readonly unsafe struct Q6_KCodes : ISdotCodes
{
    public static int BlockElements => Q6_K.BlockElements;

    public static int BlockBytes => Q6_K.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int MaxCode => 63;

    public static int Offset => 32;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        // Shift counts stay expressions of the argument: the JIT makes them immediates only if they are constant from the start.
        Vector256<byte> low = CodeBits.Field(block + (part / 4 * 64) + (part % 2 * 32), part % 4 / 2 * 4, 15);
        Vector256<ushort> high = Vector256.Load(block + 128 + (part / 4 * 32)).AsUInt16();
        high = part % 4 < 3 ? high << (4 - (part % 4 * 2)) : high >> 2;
        return low | (high.AsByte() & Vector256.Create((byte)0x30));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> d = HalfLanes.Broadcast(blocks + 208);
        return new()
        {
            Scales0 = CodeBits.ToSingleSigned(CodeBits.Read<ulong>(blocks + 192)) * d,
            Scales1 = CodeBits.ToSingleSigned(CodeBits.Read<ulong>(blocks + 200)) * d,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* block, int part, out Vector128<sbyte> first, out Vector128<sbyte> second)
    {
        byte* nibbles = block + (part / 4 * 64) + (part % 2 * 32);
        byte* pairs = block + 128 + (part / 4 * 32);
        first = SdotCode(nibbles, pairs, part);
        second = SdotCode(nibbles + 16, pairs + 16, part);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddScaled(
        byte* blocks,
        Vector128<int> dots0,
        Vector128<int> dots1,
        Vector128<int> dots2,
        Vector128<int> dots3,
        float* xScales,
        int* negatedSums,
        float* xSums,
        Vector128<float> sum)
    {
        // The word that ends with the factor begins with scales.
        Vector128<int> factor = Vector128.CreateScalarUnsafe(CodeBits.Read<float>(blocks + 206)).AsInt32();
        Vector128<float> d = SdotFactors.ToSingle(factor & Vector128.Create(unchecked((int)0xFFFF_0000)));
        Vector128<int> offset = Vector128.Create(32);
        return SdotScaling.Add16(
            Lanes128.MultiplyAdd(dots0, *(Vector128<int>*)negatedSums, offset),
            Lanes128.MultiplyAdd(dots1, *(Vector128<int>*)(negatedSums + 4), offset),
            Lanes128.MultiplyAdd(dots2, *(Vector128<int>*)(negatedSums + 8), offset),
            Lanes128.MultiplyAdd(dots3, *(Vector128<int>*)(negatedSums + 12), offset),
            *(Vector128<sbyte>*)(blocks + 192),
            d,
            xScales,
            sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> SdotCode(byte* nibbles, byte* pairs, int part)
    {
        Vector128<byte> low = *(Vector128<byte>*)nibbles, high = *(Vector128<byte>*)pairs;
        return ((part % 4) switch
        {
            0 => Lanes128.InsertHighNibbles(low, high & Vector128.Create((byte)3)),
            1 => Lanes128.InsertHighNibbles(low, (high >> 2) & Vector128.Create((byte)3)),
            2 => Vector128.ConditionalSelect(Vector128.Create((byte)0x30), high, low >> 4),
            _ => Lanes128.InsertHighNibbles(low >> 4, high >> 6),
        }).AsSByte();
    }
}

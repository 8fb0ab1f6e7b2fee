using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Single instructions of AdvSimd that .NET has no portable name for, each with what it computes elsewhere.</summary>
internal static class Lanes128
{
    /// <summary>Sums of neighbours: two of <paramref name="low"/>, then two of <paramref name="high"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddPairwise(Vector128<int> low, Vector128<int> high) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.AddPairwise(low, high)
        : Vector128.Create(low[0] + low[1], low[2] + low[3], high[0] + high[1], high[2] + high[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> sum, Vector128<int> left, Vector128<int> right) =>
        AdvSimd.IsSupported ? AdvSimd.MultiplyAdd(sum, left, right) : sum + (left * right);

    /// <summary>sum + left · right[lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAddByLane(
        Vector128<float> sum, Vector128<float> left, Vector128<float> right, [ConstantExpected(Max = (byte)3)] byte lane) =>
        AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(sum, left, right, lane)
            : Vector128.MultiplyAddEstimate(left, Vector128.Create(right[lane]), sum);

    /// <summary>sum − left · right[lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplySubtractByLane(
        Vector128<float> sum, Vector128<float> left, Vector128<float> right, [ConstantExpected(Max = (byte)3)] byte lane) =>
        AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.FusedMultiplySubtractBySelectedScalar(sum, left, right, lane)
            : Vector128.MultiplyAddEstimate(left, Vector128.Create(-right[lane]), sum);

    /// <summary>Each lane shifted left by its count, or right by a negative one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Shift(Vector128<byte> value, Vector128<sbyte> counts)
    {
        if (AdvSimd.IsSupported)
        {
            return AdvSimd.ShiftLogical(value, counts);
        }

        Vector128<byte> result = value;
        for (int i = 0; i < Vector128<byte>.Count; i++)
        {
            result = result.WithElement(i, (byte)(counts[i] < 0 ? value[i] >> -counts[i] : value[i] << counts[i]));
        }

        return result;
    }

    /// <inheritdoc cref="Shift(Vector128{byte}, Vector128{sbyte})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Shift(Vector128<ushort> value, Vector128<short> counts)
    {
        if (AdvSimd.IsSupported)
        {
            return AdvSimd.ShiftLogical(value, counts);
        }

        Vector128<ushort> result = value;
        for (int i = 0; i < Vector128<ushort>.Count; i++)
        {
            result = result.WithElement(i, (ushort)(counts[i] < 0 ? value[i] >> -counts[i] : value[i] << counts[i]));
        }

        return result;
    }

    /// <summary>The lowest four bits of each byte of <paramref name="low"/> under the lowest four of <paramref name="high"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InsertHighNibbles(Vector128<byte> low, Vector128<byte> high) =>
        AdvSimd.IsSupported
            ? AdvSimd.ShiftLeftAndInsert(low, high, 4)
            : (low & Vector128.Create((byte)15)) | (high << 4);

    /// <summary>255 in each byte that has one of the bits, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Test(Vector128<byte> value, Vector128<byte> bits) =>
        AdvSimd.IsSupported ? AdvSimd.CompareTest(value, bits) : ~Vector128.Equals(value & bits, Vector128<byte>.Zero);

    /// <summary>The last word in front of the first three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> RotateWords(Vector128<byte> words) => AdvSimd.IsSupported
        ? AdvSimd.ExtractVector128(words, words, 12)
        : Vector128.Shuffle(words.AsUInt32(), Vector128.Create(3u, 0, 1, 2)).AsByte();
}

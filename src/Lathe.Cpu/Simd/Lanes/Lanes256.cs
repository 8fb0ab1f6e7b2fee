using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector256;
using VectorF32 = System.Runtime.Intrinsics.Vector256<float>;

namespace Lathe.Cpu.Simd.Lanes;

/// <summary>8 values: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILanes<VectorF32>
{
    public static int Count => VectorF32.Count;

    public static bool HasManyRegisters => Avx512F.VL.IsSupported;

    public static VectorF32 Zero => VectorF32.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Broadcast(float value) => Vector.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Load(float* source) => Vector.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(VectorF32 value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Add(VectorF32 left, VectorF32 right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Subtract(VectorF32 left, VectorF32 right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Multiply(VectorF32 left, VectorF32 right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Divide(VectorF32 left, VectorF32 right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 MultiplyAdd(VectorF32 left, VectorF32 right, VectorF32 addend) => Vector.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Max(VectorF32 left, VectorF32 right) => Vector.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Min(VectorF32 left, VectorF32 right) => Vector.MinNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 Round(VectorF32 value) => Vector.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 PowerOfTwo(VectorF32 n) => ((Vector.ConvertToInt32Native(n) + Vector.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 SelectLess(VectorF32 left, VectorF32 right, VectorF32 then, VectorF32 otherwise) =>
        Vector.ConditionalSelect(Vector.LessThan(left, right), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(VectorF32 value) => Vector.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(VectorF32 a, VectorF32 b, VectorF32 c, VectorF32 d) =>
        Lanes128.SumEach(
            a.GetLower() + a.GetUpper(),
            b.GetLower() + b.GetUpper(),
            c.GetLower() + c.GetUpper(),
            d.GetLower() + d.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(VectorF32 value) => Lanes128.Largest(Vector128.MaxNative(value.GetLower(), value.GetUpper()));

    // A shift by 13 puts a half's exponent and fraction in place; its exponent then lacks 127 - 15. Infinity and NaN lack as much again.
    // A subnormal lacks the leading one: with the exponent of 2^-14 it has one, and 2^-14 is subtracted. No step computes with an f32 subnormal, which
    // takes the processor's slow path.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 LoadHalf(ushort* source)
    {
        var shifted = Vector.WidenLower(Vector128.Load((short*)source).ToVector256Unsafe()) << 13;
        var magnitude = shifted & Vector.Create(0x7FFF << 13);
        var value = magnitude + Vector.Create((127 - 15) << 23);
        value = Vector.ConditionalSelect(
            Vector.GreaterThan(magnitude, Vector.Create((0x7C00 << 13) - 1)), value + Vector.Create((127 - 15) << 23), value);
        var subnormal = (magnitude + Vector.Create((127 - 14) << 23)).AsSingle() - Vector.Create((127 - 14) << 23).AsSingle();
        value = Vector.ConditionalSelect(Vector.LessThan(magnitude, Vector.Create(1 << 23)), subnormal.AsInt32(), value);
        return Vector.ConditionalSelect(Vector.Create(int.MinValue), shifted, value).AsSingle();
    }

    // Adding 2^13 times the value's own power of two leaves the value rounded to 10 fraction bits at the bottom of the sum, by the adder's own rounding
    // to nearest even. Below 2^-14 the power stays, which makes subnormals; 65520, half a step past the largest half, rounds up to infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(VectorF32 value, ushort* target)
    {
        var magnitude = Vector.MinNative(Vector.Create(65520f), Vector.Abs(value));
        var exponent = Vector.MaxNative(magnitude, Vector.Create((127 - 14) << 23).AsSingle()).AsInt32() & Vector.Create(0x7F80_0000);
        var power = exponent + Vector.Create(13 << 23);
        var fraction = (magnitude + power.AsSingle()).AsInt32() - power;
        var bits = fraction + (Vector.ShiftRightLogical(exponent, 23) - Vector.Create(127 - 14) << 10);
        var sign = Vector.ShiftRightLogical(value.AsInt32(), 16) & Vector.Create(0x8000);
        var half = Vector.ConditionalSelect(Vector.Equals(value, value).AsInt32(), bits, Vector.Create(0x7E00)) | sign;
        Vector128.Narrow(half.GetLower().AsUInt32(), half.GetUpper().AsUInt32()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 LoadBFloat16(ushort* source) => (Vector.WidenLower(Vector128.Load(source).ToVector256Unsafe()).AsInt32() << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 LoadSignedBytes(sbyte* source) => Vector.ConvertToSingle(Vector.WidenLower(Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()).ToVector256Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 LoadTwice(float* source) =>
        Vector.Shuffle(Vector128.Load(source).ToVector256Unsafe(), Vector.Create(0, 0, 1, 1, 2, 2, 3, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 SwapPairs(VectorF32 value) => Vector.Shuffle(value, Vector.Create(1, 0, 3, 2, 5, 4, 7, 6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF32 NegateEven(VectorF32 value) => (value.AsInt64() ^ Vector.Create(0x8000_0000L)).AsSingle();
}

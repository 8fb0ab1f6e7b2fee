using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.Lanes;

/// <summary>One width of f32 vectors. Kernels are written once over an implementation and its vector type; both are structs, so the JIT makes
/// separate code for each and every call below becomes an instruction or a few.</summary>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Values per vector.</summary>
    static abstract int Count { get; }

    /// <summary>True if kernels may keep 16 accumulators and more: 32 vector registers.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* target);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary><c>left · right + addend</c>, with one rounding where the processor has it.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The larger one; <paramref name="right"/> or NaN if either is NaN.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller one; <paramref name="right"/> or NaN if either is NaN.</summary>
    static abstract TVector Min(TVector left, TVector right);

    /// <summary>The nearest integer, halves to even.</summary>
    static abstract TVector Round(TVector value);

    /// <summary><c>2^n</c> for integers n from -126 to 127.</summary>
    static abstract TVector PowerOfTwo(TVector n);

    /// <summary><c>left &lt; right ? then : otherwise</c>; NaN is not less.</summary>
    static abstract TVector SelectLess(TVector left, TVector right, TVector then, TVector otherwise);

    static abstract float Sum(TVector value);

    /// <summary>The sums of four vectors.</summary>
    static abstract Vector128<float> SumEach(TVector a, TVector b, TVector c, TVector d);

    static abstract float Largest(TVector value);

    /// <summary>Binary16 values, exactly, infinities and NaN included.</summary>
    static abstract TVector LoadHalf(ushort* source);

    /// <summary>Rounds to binary16, to nearest even; NaN becomes the quiet NaN.</summary>
    static abstract void StoreHalf(TVector value, ushort* target);

    static abstract TVector LoadBFloat16(ushort* source);

    static abstract TVector LoadSignedBytes(sbyte* source);

    /// <summary>Half as many values, each twice: <c>a a b b ...</c>.</summary>
    static abstract TVector LoadTwice(float* source);

    /// <summary><c>a b c d ...</c> to <c>b a d c ...</c>.</summary>
    static abstract TVector SwapPairs(TVector value);

    /// <summary><c>a b c d ...</c> to <c>-a b -c d ...</c>.</summary>
    static abstract TVector NegateEven(TVector value);
}

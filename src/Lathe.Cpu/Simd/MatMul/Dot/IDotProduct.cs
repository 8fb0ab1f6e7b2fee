using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Dot;

/// <summary>Dot products of four 8-bit pairs in each 32-bit lane: what the tiers differ in.</summary>
internal interface IDotProduct
{
    /// <summary>128 where <see cref="AddSigned"/> wants its codes stored as code + 128 and gives Σ(code + 128)·x, else 0.</summary>
    static abstract int SignedOffset { get; }

    /// <summary>accumulator + Σcode·x with codes of 0..127.</summary>
    static abstract Vector256<int> AddUnsigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x);

    /// <summary>accumulator + Σcode·x with codes of −128..127, offset by <see cref="SignedOffset"/>; x is never −128.</summary>
    static abstract Vector256<int> AddSigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x);
}

using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>A block format as the integer kernels see it: value = scale·(code − Offset) + minimum, codes of 8 bits, a scale per 16 or 32 values.
/// Every format of blocks reduces to this exactly, so one gemv and one gemm serve them all.</summary>
/// <remarks>Kernels step in groups of 256 values: one block, or eight blocks of 32.</remarks>
internal unsafe interface IWeightCodes
{
    /// <summary>Values per block, 32 or 256.</summary>
    static abstract int BlockElements { get; }

    static abstract int BlockBytes { get; }

    /// <summary>Values that share a scale, 16 or 32.</summary>
    static abstract int GroupElements { get; }

    /// <summary>Codes are two's complement bytes; otherwise they are 0..127.</summary>
    static abstract bool Signed { get; }

    /// <summary>The largest unsigned code.</summary>
    static virtual int MaxCode => 127;

    /// <summary>What an unsigned code stands above its value by: 0 or a power of two.</summary>
    static abstract int Offset { get; }

    /// <summary>Values have a minimum added.</summary>
    static abstract bool HasMinima { get; }

    /// <summary>Scales have a binary32's whole range, so that a product with 1.5 · 2^23 may overflow; otherwise it is exact and finite.</summary>
    static virtual bool HasWideScales => false;

    /// <summary>Expands the codebook, if there is one. Called before the kernels are compiled: its address is then a constant in them.</summary>
    static virtual void Prepare()
    {
    }

    /// <summary>The codes of 32 consecutive values: part <paramref name="part"/> (0..7) of a block of 256, or all of a block of 32.</summary>
    static abstract Vector256<byte> Codes(byte* block, int part);

    /// <summary>The scales and minima of 256 values.</summary>
    static abstract GroupScales Scales(byte* blocks);
}

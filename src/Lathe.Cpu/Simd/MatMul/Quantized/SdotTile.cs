using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Lathe.Cpu.Simd.MatMul.Codes;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>The micro-kernel of ARM processors with sdot: 16 rows by up to four tokens over an unpacked panel.</summary>
/// <remarks>
/// sdot takes one of four quadruplets of a register for all its lanes, so 16 values of a token are one load and no broadcast. Four tokens are
/// 16 accumulators, with four registers of weights and four of activations 24 of the 32: six tokens would leave none for the activations.
/// Everything is said in 128 bits. The JIT makes two instructions and an inlined call of each 256-bit operation here, and stops inlining in methods
/// of many of them; nor is any load marked aligned, which costs a test of the address each.
/// </remarks>
internal static unsafe class SdotTile<TCodes, TTokens>
    where TCodes : struct, IWeightCodes
    where TTokens : struct, ITileTokens
{
    private const int Rows = PanelScratch.Rows;

    /// <summary>Values of one token in one register.</summary>
    private const int StepElements = 16;

    /// <summary>Adds <paramref name="blocks"/> blocks of 32 values to the panel's tile.</summary>
    public static void Run(PanelScratch panel, TileActivations x, int blocks)
    {
        sbyte* codes = (sbyte*)panel.Codes;
        float* scales = panel.Scales;
        float* minima = panel.Minima;
        nint stride = x.Stride;
        for (int b = 0; b < blocks; b++)
        {
            for (int g = 0; g < ActivationLayout.BlockElements / TCodes.GroupElements; g++)
            {
                Vector128<int> a0 = Start(x.NegatedSums, 0, stride), a1 = a0, a2 = a0, a3 = a0;
                Vector128<int> b0 = Start(x.NegatedSums, 1, stride), b1 = b0, b2 = b0, b3 = b0;
                Vector128<int> c0 = Start(x.NegatedSums, 2, stride), c1 = c0, c2 = c0, c3 = c0;
                Vector128<int> d0 = Start(x.NegatedSums, 3, stride), d1 = d0, d2 = d0, d3 = d0;
                for (int k = 0; k < TCodes.GroupElements; k += StepElements)
                {
                    Vector128<sbyte> xa = Vector128.Load(x.Codes);
                    Vector128<sbyte> xb = Codes(x.Codes, 1, stride), xc = Codes(x.Codes, 2, stride), xd = Codes(x.Codes, 3, stride);
                    Multiply(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3, codes, xa, xb, xc, xd, 0);
                    Multiply(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3, codes, xa, xb, xc, xd, 1);
                    Multiply(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3, codes, xa, xb, xc, xd, 2);
                    Multiply(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3, codes, xa, xb, xc, xd, 3);
                    codes += StepElements * Rows;
                    x.Codes += StepElements;
                }

                Scale(a0, a1, a2, a3, scales, minima, x, 0, panel.Tile);
                if (TTokens.Count > 1)
                {
                    Scale(b0, b1, b2, b3, scales, minima, x, 1, panel.Tile);
                }

                if (TTokens.Count > 2)
                {
                    Scale(c0, c1, c2, c3, scales, minima, x, 2, panel.Tile);
                    Scale(d0, d1, d2, d3, scales, minima, x, 3, panel.Tile);
                }

                scales += Rows;
                minima += Rows;
                x.NegatedSums++;
                x.ScaledSums++;
            }

            x.Scales++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Start(int* negatedSums, int token, nint stride) => TCodes.Signed || TCodes.Offset == 0 || token >= TTokens.Count
        ? Vector128<int>.Zero
        : Vector128.Create(*(int*)((byte*)negatedSums + (token * stride)) << BitOperations.Log2((uint)TCodes.Offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Codes(sbyte* x, int token, nint stride) =>
        token < TTokens.Count ? Vector128.Load(x + (token * stride)) : Vector128<sbyte>.Zero;

    /// <summary>Four values of 16 rows by the same four of each token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(
        ref Vector128<int> a0, ref Vector128<int> a1, ref Vector128<int> a2, ref Vector128<int> a3,
        ref Vector128<int> b0, ref Vector128<int> b1, ref Vector128<int> b2, ref Vector128<int> b3,
        ref Vector128<int> c0, ref Vector128<int> c1, ref Vector128<int> c2, ref Vector128<int> c3,
        ref Vector128<int> d0, ref Vector128<int> d1, ref Vector128<int> d2, ref Vector128<int> d3,
        sbyte* codes,
        Vector128<sbyte> xa,
        Vector128<sbyte> xb,
        Vector128<sbyte> xc,
        Vector128<sbyte> xd,
        [ConstantExpected(Max = (byte)3)] byte quadruplet)
    {
        codes += quadruplet * 4 * Rows;
        Vector128<sbyte> w0 = Vector128.Load(codes), w1 = Vector128.Load(codes + 16);
        Vector128<sbyte> w2 = Vector128.Load(codes + 32), w3 = Vector128.Load(codes + 48);
        a0 = Dp.DotProductBySelectedQuadruplet(a0, w0, xa, quadruplet);
        a1 = Dp.DotProductBySelectedQuadruplet(a1, w1, xa, quadruplet);
        a2 = Dp.DotProductBySelectedQuadruplet(a2, w2, xa, quadruplet);
        a3 = Dp.DotProductBySelectedQuadruplet(a3, w3, xa, quadruplet);
        if (TTokens.Count > 1)
        {
            b0 = Dp.DotProductBySelectedQuadruplet(b0, w0, xb, quadruplet);
            b1 = Dp.DotProductBySelectedQuadruplet(b1, w1, xb, quadruplet);
            b2 = Dp.DotProductBySelectedQuadruplet(b2, w2, xb, quadruplet);
            b3 = Dp.DotProductBySelectedQuadruplet(b3, w3, xb, quadruplet);
        }

        if (TTokens.Count > 2)
        {
            c0 = Dp.DotProductBySelectedQuadruplet(c0, w0, xc, quadruplet);
            c1 = Dp.DotProductBySelectedQuadruplet(c1, w1, xc, quadruplet);
            c2 = Dp.DotProductBySelectedQuadruplet(c2, w2, xc, quadruplet);
            c3 = Dp.DotProductBySelectedQuadruplet(c3, w3, xc, quadruplet);
            d0 = Dp.DotProductBySelectedQuadruplet(d0, w0, xd, quadruplet);
            d1 = Dp.DotProductBySelectedQuadruplet(d1, w1, xd, quadruplet);
            d2 = Dp.DotProductBySelectedQuadruplet(d2, w2, xd, quadruplet);
            d3 = Dp.DotProductBySelectedQuadruplet(d3, w3, xd, quadruplet);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(
        Vector128<int> a0,
        Vector128<int> a1,
        Vector128<int> a2,
        Vector128<int> a3,
        float* scales,
        float* minima,
        in TileActivations x,
        int token,
        float* tile)
    {
        nint row = token * x.Stride;
        float scale = *(float*)((byte*)x.Scales + row);
        float sum = TCodes.HasMinima ? *(float*)((byte*)x.ScaledSums + row) : 0;
        tile += token * Rows;
        Scale(a0, scales, minima, scale, sum, tile);
        Scale(a1, scales + 4, minima + 4, scale, sum, tile + 4);
        Scale(a2, scales + 8, minima + 8, scale, sum, tile + 8);
        Scale(a3, scales + 12, minima + 12, scale, sum, tile + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(Vector128<int> dots, float* scales, float* minima, float scale, float sum, float* tile)
    {
        Vector128<float> scaled = AdvSimd.ConvertToSingle(dots) * Vector128.Create(scale);
        Vector128<float> total = AdvSimd.FusedMultiplyAdd(Vector128.Load(tile), scaled, Vector128.Load(scales));
        if (TCodes.HasMinima)
        {
            total = AdvSimd.FusedMultiplyAdd(total, Vector128.Create(sum), Vector128.Load(minima));
        }

        total.Store(tile);
    }
}

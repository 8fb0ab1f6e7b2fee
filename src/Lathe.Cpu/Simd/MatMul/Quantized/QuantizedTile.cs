using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>The micro-kernel: 16 rows by up to six tokens over an unpacked panel.</summary>
/// <remarks>
/// For each group of 16 or 32 values: integer sums start at −offset·Σx, which undoes the offset of unsigned codes; each step multiplies 4 values of
/// 16 rows, two registers, by 4 values of each token, broadcast; then the sums are scaled and added to the f32 tile. Twelve integer accumulators
/// with two weight registers and one broadcast make 15, as many as vpdpbusd can name in its VEX encoding with one to spare; the f32 tile is therefore
/// kept in memory, where it costs a load and a store per group.
/// </remarks>
internal static unsafe class QuantizedTile<TCodes, TDot, TTokens>
    where TCodes : struct, IWeightCodes
    where TDot : struct, IDotProduct
    where TTokens : struct, ITileTokens
{
    private const int Rows = PanelScratch.Rows;

    private static int Offset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.Signed ? TDot.SignedOffset : TCodes.Offset;
    }

    private static int GroupsPerBlock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ActivationLayout.BlockElements / TCodes.GroupElements;
    }

    /// <summary>Adds <paramref name="blocks"/> blocks of 32 values to the panel's tile.</summary>
    public static void Run(PanelScratch panel, TileActivations x, int blocks)
    {
        if (Dp.IsSupported)
        {
            SdotTile<TCodes, TTokens>.Run(panel, x, blocks);
            return;
        }

        byte* codes = panel.Codes;
        float* scales = panel.Scales;
        float* minima = panel.Minima;
        float* tile = panel.Tile;
        nint stride = x.Stride;
        sbyte* low = x.Codes;
        sbyte* high = x.Codes + (3 * stride);
        for (int b = 0; b < blocks; b++)
        {
            for (int g = 0; g < GroupsPerBlock; g++)
            {
                Vector256<int> a0 = Start(x.NegatedSums, 0, stride), b0 = a0;
                Vector256<int> a1 = Start(x.NegatedSums, 1, stride), b1 = a1;
                Vector256<int> a2 = Start(x.NegatedSums, 2, stride), b2 = a2;
                Vector256<int> a3 = Start(x.NegatedSums, 3, stride), b3 = a3;
                Vector256<int> a4 = Start(x.NegatedSums, 4, stride), b4 = a4;
                Vector256<int> a5 = Start(x.NegatedSums, 5, stride), b5 = a5;
                for (int k = 0; k < TCodes.GroupElements / 4; k++)
                {
                    Vector256<byte> w0 = Vector256.LoadAligned(codes);
                    Vector256<byte> w1 = Vector256.LoadAligned(codes + 32);
                    Accumulate(ref a0, ref b0, w0, w1, low);
                    if (TTokens.Count > 1)
                    {
                        Accumulate(ref a1, ref b1, w0, w1, low + stride);
                    }

                    if (TTokens.Count > 2)
                    {
                        Accumulate(ref a2, ref b2, w0, w1, low + (2 * stride));
                        Accumulate(ref a3, ref b3, w0, w1, high);
                    }

                    if (TTokens.Count > 4)
                    {
                        Accumulate(ref a4, ref b4, w0, w1, high + stride);
                        Accumulate(ref a5, ref b5, w0, w1, high + (2 * stride));
                    }

                    codes += 4 * Rows;
                    low += 4;
                    high += 4;
                }

                Scale(a0, b0, scales, minima, x, 0, tile);
                if (TTokens.Count > 1)
                {
                    Scale(a1, b1, scales, minima, x, 1, tile);
                }

                if (TTokens.Count > 2)
                {
                    Scale(a2, b2, scales, minima, x, 2, tile);
                    Scale(a3, b3, scales, minima, x, 3, tile);
                }

                if (TTokens.Count > 4)
                {
                    Scale(a4, b4, scales, minima, x, 4, tile);
                    Scale(a5, b5, scales, minima, x, 5, tile);
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
    private static Vector256<int> Start(int* negatedSums, int token, nint stride) => Offset == 0 || token >= TTokens.Count
        ? Vector256<int>.Zero
        : Vector256.Create(*At(negatedSums, token, stride)) << BitOperations.Log2((uint)Offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref Vector256<int> a, ref Vector256<int> b, Vector256<byte> w0, Vector256<byte> w1, sbyte* x)
    {
        Vector256<sbyte> four = Vector256.Create(Unsafe.ReadUnaligned<int>(x)).AsSByte();
        if (TCodes.Signed)
        {
            a = TDot.AddSigned(a, w0, four);
            b = TDot.AddSigned(b, w1, four);
        }
        else
        {
            a = TDot.AddUnsigned(a, w0, four);
            b = TDot.AddUnsigned(b, w1, four);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(Vector256<int> a, Vector256<int> b, float* scales, float* minima, in TileActivations x, int token, float* tile)
    {
        Vector256<float> s = Vector256.Create(*At(x.Scales, token, x.Stride));
        tile += token * Rows;
        Vector256<float> low = Vector256.LoadAligned(tile);
        Vector256<float> high = Vector256.LoadAligned(tile + 8);
        low = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(a) * s, Vector256.LoadAligned(scales), low);
        high = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(b) * s, Vector256.LoadAligned(scales + 8), high);
        if (TCodes.HasMinima)
        {
            Vector256<float> sum = Vector256.Create(*At(x.ScaledSums, token, x.Stride));
            low = Vector256.MultiplyAddEstimate(sum, Vector256.LoadAligned(minima), low);
            high = Vector256.MultiplyAddEstimate(sum, Vector256.LoadAligned(minima + 8), high);
        }

        low.StoreAligned(tile);
        high.StoreAligned(tile + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* At<T>(T* first, int token, nint stride)
        where T : unmanaged => (T*)((byte*)first + (token * stride));
}

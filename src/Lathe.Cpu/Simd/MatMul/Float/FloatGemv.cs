using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.MatMul;

namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>Rows of f32, f16 or bf16 times one f32 token, or few. Any K.</summary>
internal static unsafe class FloatGemv<TWeights, TVector, TLanes>
    where TWeights : struct, IFloatWeights
    where TVector : struct
    where TLanes : struct, IFloatLanes<TVector>
{
    private const int PrefetchDistance = 4096;
    private const int LineBytes = 64;

    public static void Run(MatMulArguments* arguments)
    {
        for (int r = arguments->RowStart; r < arguments->RowEnd; r++)
        {
            byte* row = arguments->Weights + (r * arguments->RowBytes);
            for (int t = 0; t < arguments->Tokens; t++)
            {
                var x = (float*)(arguments->Activations + (t * arguments->ActivationStride));
                arguments->Output[(t * arguments->OutputStride) + r] = Dot(row, x, arguments->K);
            }
        }
    }

    private static float Dot(byte* row, float* x, int k)
    {
        TVector s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        int i = 0;
        for (; i <= k - (4 * TLanes.Count); i += 4 * TLanes.Count)
        {
            Prefetch(row + PrefetchDistance);
            s0 = Part(row, x, 0, s0);
            s1 = Part(row, x, 1, s1);
            s2 = Part(row, x, 2, s2);
            s3 = Part(row, x, 3, s3);
            row += 4 * TLanes.Count * TWeights.Bytes;
            x += 4 * TLanes.Count;
        }

        for (; i <= k - TLanes.Count; i += TLanes.Count)
        {
            s0 = Part(row, x, 0, s0);
            row += TLanes.Count * TWeights.Bytes;
            x += TLanes.Count;
        }

        float sum = TLanes.Sum(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)));
        for (; i < k; i++)
        {
            sum += TWeights.Load(row) * *x++;
            row += TWeights.Bytes;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Part(byte* row, float* x, int part, TVector sum) => TLanes.MultiplyAdd(
        TLanes.LoadWeights<TWeights>(row + (part * TLanes.Count * TWeights.Bytes)), TLanes.Load(x + (part * TLanes.Count)), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* ahead)
    {
        if (Sse.IsSupported)
        {
            for (int line = 0; line < 4 * TLanes.Count * TWeights.Bytes; line += LineBytes)
            {
                Sse.Prefetch0(ahead + line);
            }
        }
    }
}

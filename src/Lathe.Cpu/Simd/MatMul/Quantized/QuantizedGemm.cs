using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>The measures of the gemm that do not depend on a format.</summary>
internal static class QuantizedGemm
{
    /// <summary>Tokens of the largest tile; ARM's takes four.</summary>
    public const int TileTokens = 6;
}

/// <summary>Rows times many tokens: each panel of 16 rows by 1024 values is unpacked once, then all tokens run over it.</summary>
/// <remarks>The panel stays in the first-level cache; the tokens' part of the same 1024 values is read once per panel and fits the second level for
/// some hundreds of tokens. Results gather in the output from chunk to chunk.</remarks>
internal static unsafe class QuantizedGemm<TCodes, TDot>
    where TCodes : struct, IWeightCodes
    where TDot : struct, IDotProduct
{
    private const int Rows = PanelScratch.Rows;

    public static void Run(MatMulArguments* arguments)
    {
        var layout = new ActivationLayout(arguments->K);
        var panel = new PanelScratch(arguments->Scratch);
        for (int k = 0; k < arguments->K; k += PanelScratch.ChunkElements)
        {
            int elements = Math.Min(PanelScratch.ChunkElements, arguments->K - k);
            for (int row = arguments->RowStart; row < arguments->RowEnd; row += Rows)
            {
                int rows = Math.Min(Rows, arguments->RowEnd - row);
                PanelUnpacker<TCodes, TDot>.Unpack(arguments->Weights + (row * arguments->RowBytes), arguments->RowBytes, rows, k, elements, panel);
                MultiplyPanel(arguments, layout, panel, k, elements, row, rows);
            }
        }
    }

    private static void MultiplyPanel(
        MatMulArguments* arguments, in ActivationLayout layout, PanelScratch panel, int k, int elements, int row, int rows)
    {
        int blocks = elements / ActivationLayout.BlockElements;
        int token = 0;
        while (token < arguments->Tokens)
        {
            int left = arguments->Tokens - token;
            int count = left >= QuantizedGemm.TileTokens && !Dp.IsSupported ? QuantizedGemm.TileTokens : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            TileActivations x = Activations(arguments, layout, token, k);
            float* output = arguments->Output + (token * arguments->OutputStride) + row;
            PrefetchTile(output + (count * arguments->OutputStride), arguments->OutputStride, Math.Min(left - count, QuantizedGemm.TileTokens));
            LoadTile(panel.Tile, output, arguments->OutputStride, count, rows, fresh: k == 0);
            switch (count)
            {
                case 6:
                    QuantizedTile<TCodes, TDot, SixTokens>.Run(panel, x, blocks);
                    break;
                case 4:
                    QuantizedTile<TCodes, TDot, FourTokens>.Run(panel, x, blocks);
                    break;
                case 2:
                    QuantizedTile<TCodes, TDot, TwoTokens>.Run(panel, x, blocks);
                    break;
                default:
                    QuantizedTile<TCodes, TDot, OneToken>.Run(panel, x, blocks);
                    break;
            }

            StoreTile(panel.Tile, output, arguments->OutputStride, count, rows);
            token += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TileActivations Activations(MatMulArguments* arguments, in ActivationLayout layout, int token, int k)
    {
        byte* x = arguments->Activations + (token * arguments->ActivationStride);
        int group = k / TCodes.GroupElements;
        return new TileActivations
        {
            Codes = (sbyte*)x + k,
            Scales = (float*)(x + layout.ScalesOffset) + (k / ActivationLayout.BlockElements),
            NegatedSums = (int*)(x + (TCodes.GroupElements == 16 ? layout.NegatedSums16Offset : layout.NegatedSums32Offset)) + group,
            ScaledSums = (float*)(x + (TCodes.GroupElements == 16 ? layout.ScaledSums16Offset : layout.ScaledSums32Offset)) + group,
            Stride = (nint)arguments->ActivationStride,
        };
    }

    /// <summary>The outputs of the next tile lie a whole row of the result apart, which no hardware prefetch foresees.</summary>
    private static void PrefetchTile(float* output, long stride, int tokens)
    {
        if (Sse.IsSupported)
        {
            for (int t = 0; t < tokens; t++)
            {
                Sse.Prefetch0(output + (t * stride));
                Sse.Prefetch0(output + (t * stride) + Rows - 1);
            }
        }
    }

    private static void LoadTile(float* tile, float* output, long stride, int tokens, int rows, bool fresh)
    {
        for (int t = 0; t < tokens; t++)
        {
            var lane = new Span<float>(tile + (t * Rows), Rows);
            if (fresh)
            {
                lane.Clear();
            }
            else
            {
                new Span<float>(output + (t * stride), rows).CopyTo(lane);
            }
        }
    }

    private static void StoreTile(float* tile, float* output, long stride, int tokens, int rows)
    {
        for (int t = 0; t < tokens; t++)
        {
            new Span<float>(tile + (t * Rows), rows).CopyTo(new Span<float>(output + (t * stride), rows));
        }
    }
}

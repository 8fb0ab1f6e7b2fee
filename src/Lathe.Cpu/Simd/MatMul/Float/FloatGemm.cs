using System.Runtime.CompilerServices;
using Lathe.Cpu.MatMul;

namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>Rows of f32, f16 or bf16 times many f32 tokens: panels of two registers of rows by 256 values are widened once, then all tokens run over
/// them. Any K.</summary>
internal static unsafe class FloatGemm<TWeights, TVector, TLanes>
    where TWeights : struct, IFloatWeights
    where TVector : struct
    where TLanes : struct, IFloatLanes<TVector>
{
    private const int ChunkElements = 256;
    private const int MaxRows = 32;

    /// <summary>The panel [value][row], one widened row, and the tile [token][row].</summary>
    public const int ScratchBytes = sizeof(float) * ((ChunkElements * MaxRows) + ChunkElements + (FloatTile.Tokens * MaxRows));

    /// <summary>Rows of a panel.</summary>
    public static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    public static void Run(MatMulArguments* arguments)
    {
        var panel = (float*)arguments->Scratch;
        float* widened = panel + (ChunkElements * MaxRows);
        float* tile = widened + ChunkElements;
        for (int k = 0; k < arguments->K; k += ChunkElements)
        {
            int elements = Math.Min(ChunkElements, arguments->K - k);
            for (int row = arguments->RowStart; row < arguments->RowEnd; row += Rows)
            {
                int rows = Math.Min(Rows, arguments->RowEnd - row);
                byte* weights = arguments->Weights + (row * arguments->RowBytes) + ((long)k * TWeights.Bytes);
                Unpack(weights, arguments->RowBytes, rows, elements, panel, widened);
                MultiplyPanel(arguments, panel, tile, k, elements, row, rows);
            }
        }
    }

    /// <summary>Rows that do not exist are given the last one's values; their results are dropped.</summary>
    private static void Unpack(byte* weights, long rowBytes, int rows, int elements, float* panel, float* widened)
    {
        for (int row = 0; row < Rows; row++)
        {
            byte* source = weights + (Math.Min(row, rows - 1) * rowBytes);
            int i = 0;
            for (; i <= elements - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.LoadWeights<TWeights>(source + (i * TWeights.Bytes)), widened + i);
            }

            for (; i < elements; i++)
            {
                widened[i] = TWeights.Load(source + (i * TWeights.Bytes));
            }

            float* column = panel + row;
            for (i = 0; i < elements; i++)
            {
                column[i * Rows] = widened[i];
            }
        }
    }

    private static void MultiplyPanel(MatMulArguments* arguments, float* panel, float* tile, int k, int elements, int row, int rows)
    {
        for (int token = 0; token < arguments->Tokens; token += FloatTile.Tokens)
        {
            int tokens = Math.Min(FloatTile.Tokens, arguments->Tokens - token);
            byte* x = arguments->Activations + (token * arguments->ActivationStride) + ((long)k * sizeof(float));
            FloatTile<TVector, TLanes>.Run(panel, x, (nint)arguments->ActivationStride, tokens, elements, tile);
            for (int t = 0; t < tokens; t++)
            {
                float* output = arguments->Output + ((token + t) * arguments->OutputStride) + row;
                float* sums = tile + (t * Rows);
                for (int r = 0; r < rows; r++)
                {
                    output[r] = k == 0 ? sums[r] : output[r] + sums[r];
                }
            }
        }
    }
}

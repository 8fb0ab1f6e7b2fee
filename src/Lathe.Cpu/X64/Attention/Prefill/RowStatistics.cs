namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>What is known of each of the <see cref="AttentionTileLayout.Rows"/> query rows beside its sums, as four vectors of 32 bits per row.</summary>
internal readonly unsafe struct RowStatistics(byte* memory)
{
    private const int VectorBytes = AttentionTileLayout.Rows * 4;

    public const int NegativeMaximumOffset = 0;
    public const int TotalOffset = VectorBytes;
    public const int PositionOffset = 2 * VectorBytes;
    public const int FirstVisibleOffset = 3 * VectorBytes;
    public const int Bytes = 4 * VectorBytes;

    /// <summary>Minus what is subtracted from each score before it becomes a power of two: a score that was the largest once.</summary>
    public float* NegativeMaximum => (float*)(memory + NegativeMaximumOffset);

    /// <summary>Sum of the weights.</summary>
    public float* Total => (float*)(memory + TotalOffset);

    /// <summary>Position of the row's token: the last one it sees.</summary>
    public int* Position => (int*)(memory + PositionOffset);

    /// <summary>Position of the first token the row sees.</summary>
    public int* FirstVisible => (int*)(memory + FirstVisibleOffset);
}

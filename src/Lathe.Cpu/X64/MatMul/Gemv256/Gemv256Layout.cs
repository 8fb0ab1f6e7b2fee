using Lathe.Cpu.Memory;
using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>One token's activations as the 256-bit gemv of a format reads them: a record per 256 values, which starts with their codes.</summary>
internal abstract unsafe class Gemv256Layout(int k)
{
    public const int StepElements = 256;

    private const int BlockElements = ActivationLayout.BlockElements;
    private const int BlocksPerStep = StepElements / BlockElements;

    /// <summary>Values per row, a multiple of 32.</summary>
    public int K { get; } = k;

    public int Steps { get; } = (k + StepElements - 1) / StepElements;

    public abstract int RecordBytes { get; }

    /// <summary>Name of this form of activations; formats may share it.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes from one token's activations to the next: rows start on cache lines.</summary>
    public long RowBytes => AlignedMemory.RoundUp((long)Steps * RecordBytes);

    /// <summary>Writes one token's activations.</summary>
    public void Pack(float* x, byte* row)
    {
        var codes = stackalloc sbyte[BlockElements];
        for (var block = 0; block < K / BlockElements; block++)
        {
            var scale = ActivationLayout.QuantizeBlock(x + (block * BlockElements), codes, out var first, out var second);
            Place(row + (block / BlocksPerStep * (long)RecordBytes), block % BlocksPerStep, codes, scale, first, second);
        }

        new Span<sbyte>(codes, BlockElements).Clear();
        for (var block = K / BlockElements; block < Steps * BlocksPerStep; block++)
        {
            Place(row + (block / BlocksPerStep * (long)RecordBytes), block % BlocksPerStep, codes, 0, 0, 0);
        }
    }

    /// <summary>Writes 32 values to a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="block">Which of its eight blocks.</param>
    /// <param name="codes">The block's codes.</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="firstSum">Sum of the first 16 codes.</param>
    /// <param name="secondSum">Sum of the others.</param>
    protected abstract void Place(byte* record, int block, sbyte* codes, float scale, int firstSum, int secondSum);
}

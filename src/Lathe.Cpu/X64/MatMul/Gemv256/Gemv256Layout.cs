using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>One token's activations as the 256-bit gemv of a format reads them: a record per 256 values.</summary>
/// <remarks>sbyte[256] codes, where the format splits groups with the second and third of each four runs of 16 exchanged; float[G] scales, one per group of the
/// weights; where there are minima or an offset, float[G] scale · Σcode of each group times the format's factor.</remarks>
internal sealed unsafe class Gemv256Layout
{
    public const int StepElements = 256;
    public const int ScalesOffset = StepElements;
    private const int BlockElements = ActivationLayout.BlockElements;
    private const int PieceElements = 16;

    private readonly int _groupElements;
    private readonly bool _splits;
    private readonly int _sumFactor;

    /// <param name="k">Values per row, a multiple of 32.</param>
    public Gemv256Layout(Gemv256Format format, X64Level level, int k)
    {
        _groupElements = format.GroupElements;
        _splits = format.SplitsGroups;
        _sumFactor = format.SumFactor(level);
        K = k;
        Steps = (k + StepElements - 1) / StepElements;
        var groupsBytes = StepElements / _groupElements * sizeof(float);
        SumsOffset = ScalesOffset + groupsBytes;
        RecordBytes = SumsOffset + (_sumFactor == 0 ? 0 : groupsBytes);
        Name = $"gemv256 groups={_groupElements} split={_splits} factor={_sumFactor}";
    }

    public int K { get; }

    public int Steps { get; }

    /// <summary>Where the scaled sums are.</summary>
    public int SumsOffset { get; }

    public int RecordBytes { get; }

    /// <summary>Name of this form of activations; formats share it.</summary>
    public string Name { get; }

    /// <summary>Bytes of a token's activations.</summary>
    public long RowBytes => (long)Steps * RecordBytes;

    /// <summary>Writes one token's activations.</summary>
    public void Pack(float* x, byte* row)
    {
        var codes = stackalloc sbyte[BlockElements];
        for (var block = 0; block < Steps * (StepElements / BlockElements); block++)
        {
            int first = 0, second = 0;
            float scale = 0;
            if (block < K / BlockElements)
            {
                scale = ActivationLayout.QuantizeBlock(x + (block * BlockElements), codes, out first, out second);
            }
            else
            {
                new Span<sbyte>(codes, BlockElements).Clear();
            }

            var record = row + (block / 8 * (long)RecordBytes);
            var place = block % 8;
            PlaceCodes(record, 2 * place, codes);
            PlaceCodes(record, (2 * place) + 1, codes + PieceElements);
            var scales = (float*)(record + ScalesOffset);
            var sums = (float*)(record + SumsOffset);
            if (_groupElements == BlockElements)
            {
                PlaceScale(scales, sums, place, scale, first + second);
            }
            else
            {
                PlaceScale(scales, sums, 2 * place, scale, first);
                PlaceScale(scales, sums, (2 * place) + 1, scale, second);
            }
        }
    }

    private void PlaceCodes(byte* record, int piece, sbyte* codes)
    {
        var place = _splits ? (piece & ~3) | ((piece & 1) << 1) | ((piece & 2) >> 1) : piece;
        new Span<sbyte>(codes, PieceElements).CopyTo(new Span<sbyte>(record + (PieceElements * place), PieceElements));
    }

    private void PlaceScale(float* scales, float* sums, int group, float scale, int sum)
    {
        scales[group] = scale;
        if (_sumFactor != 0)
        {
            sums[group] = _sumFactor * scale * sum;
        }
    }
}

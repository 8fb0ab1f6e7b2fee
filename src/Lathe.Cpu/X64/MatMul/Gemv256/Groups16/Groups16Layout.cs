namespace Lathe.Cpu.X64.MatMul.Gemv256.Groups16;

/// <summary>Activations for groups of 16: sbyte[256] codes; float[4][4] scales of the vectors of each pair, twice the first's and twice the second's;
/// short[16] Σcode of each group; float[8] scales times the format's factor of the sums.</summary>
internal sealed unsafe class Groups16Layout : Gemv256Layout
{
    public const int ScalesOffset = StepElements;
    public const int SumsOffset = ScalesOffset + (4 * PairBytes);
    public const int SumScalesOffset = SumsOffset + (16 * sizeof(short));

    /// <summary>Bytes of a pair's scales.</summary>
    public const int PairBytes = 4 * sizeof(float);

    private readonly int[] _placeOfBlock = new int[8];
    private readonly int _sumFactor;

    /// <param name="k">Values per row.</param>
    public Groups16Layout(Groups16Format format, X64Level level, int k)
        : base(k)
    {
        _sumFactor = format.SumFactor(level);
        for (var pair = 0; pair < 4; pair++)
        {
            var (first, second) = format.VectorsOf(pair);
            _placeOfBlock[first] = 2 * pair;
            _placeOfBlock[second] = (2 * pair) + 1;
        }

        Name = $"gemv256 groups=16 pairs={string.Join(',', _placeOfBlock)} factor={_sumFactor}";
    }

    public override int RecordBytes => SumScalesOffset + (8 * sizeof(float));

    public override string Name { get; }

    protected override void Place(byte* record, int block, sbyte* codes, float scale, int firstSum, int secondSum)
    {
        new Span<sbyte>(codes, 32).CopyTo(new Span<sbyte>(record + (32 * block), 32));
        var scales = (float*)(record + ScalesOffset) + (2 * _placeOfBlock[block]);
        scales[0] = scale;
        scales[1] = scale;
        var sums = (short*)(record + SumsOffset) + (2 * block);
        sums[0] = (short)firstSum;
        sums[1] = (short)secondSum;
        ((float*)(record + SumScalesOffset))[block] = _sumFactor * scale;
    }
}

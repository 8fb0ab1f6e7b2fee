namespace Lathe.Cpu.X64.MatMul.Gemv256.Groups32;

/// <summary>Activations for groups of 32: sbyte[256] codes, where the format splits groups with the second and third of each four runs of 16 exchanged; float[8]
/// scales; where there are minima or an offset, float[8] scale · Σcode times the format's factor.</summary>
internal sealed unsafe class Groups32Layout : Gemv256Layout
{
    public const int ScalesOffset = StepElements;
    public const int SumsOffset = ScalesOffset + (8 * sizeof(float));

    private readonly bool _splits;
    private readonly int _sumFactor;

    /// <param name="k">Values per row.</param>
    public Groups32Layout(Groups32Format format, X64Level level, int k)
        : base(k)
    {
        _splits = format.SplitsGroups;
        _sumFactor = format.SumFactor(level);
    }

    public override int RecordBytes => SumsOffset + (_sumFactor == 0 ? 0 : 8 * sizeof(float));

    public override string Name => $"gemv256 groups=32 split={_splits} factor={_sumFactor}";

    protected override void Place(byte* record, int block, sbyte* codes, float scale, int firstSum, int secondSum)
    {
        const int Half = 16;
        var first = _splits ? (4 * (block / 2)) + (block % 2) : 2 * block;
        var second = _splits ? first + 2 : first + 1;
        new Span<sbyte>(codes, Half).CopyTo(new Span<sbyte>(record + (Half * first), Half));
        new Span<sbyte>(codes + Half, Half).CopyTo(new Span<sbyte>(record + (Half * second), Half));
        ((float*)(record + ScalesOffset))[block] = scale;
        if (_sumFactor != 0)
        {
            ((float*)(record + SumsOffset))[block] = _sumFactor * scale * (firstSum + secondSum);
        }
    }
}

namespace Lathe.Formats.Gguf;

/// <summary>Up to four dimensions in the file's own order: <see cref="D0"/> is contiguous in memory (the length of a row).
/// Dimensions beyond <see cref="Rank"/> are 1, so the default value is a scalar.</summary>
public readonly record struct TensorShape
{
    /// <summary>The most dimensions a tensor has.</summary>
    public const int MaxRank = 4;

    private readonly long _d0;
    private readonly long _d1;
    private readonly long _d2;
    private readonly long _d3;

    /// <param name="dimensions">At most <see cref="MaxRank"/> lengths, contiguous dimension first, each at least 1.</param>
    public TensorShape(params ReadOnlySpan<long> dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions.Length, MaxRank, nameof(dimensions));
        foreach (long dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1, nameof(dimensions));
        }

        Rank = dimensions.Length;
        _d0 = Rank > 0 ? dimensions[0] : 0;
        _d1 = Rank > 1 ? dimensions[1] : 0;
        _d2 = Rank > 2 ? dimensions[2] : 0;
        _d3 = Rank > 3 ? dimensions[3] : 0;
    }

    /// <summary>How many dimensions the file states.</summary>
    public int Rank { get; }

    public long D0 => Rank > 0 ? _d0 : 1;

    public long D1 => Rank > 1 ? _d1 : 1;

    public long D2 => Rank > 2 ? _d2 : 1;

    public long D3 => Rank > 3 ? _d3 : 1;

    /// <summary>The product of the dimensions.</summary>
    /// <exception cref="OverflowException">The product does not fit in 63 bits. Never thrown for a tensor of an opened file.</exception>
    public long ElementCount => checked(D0 * D1 * D2 * D3);

    /// <summary>The length of dimension <paramref name="dimension"/>, 0 to 3; 1 beyond <see cref="Rank"/>.</summary>
    public long this[int dimension] => dimension switch
    {
        0 => D0,
        1 => D1,
        2 => D2,
        3 => D3,
        _ => throw new ArgumentOutOfRangeException(nameof(dimension), dimension, "A tensor has dimensions 0 to 3."),
    };

    /// <summary>The dimensions in file order, as in <c>[512, 1536]</c>.</summary>
    public override string ToString() => Rank switch
    {
        0 => "[]",
        1 => $"[{D0}]",
        2 => $"[{D0}, {D1}]",
        3 => $"[{D0}, {D1}, {D2}]",
        _ => $"[{D0}, {D1}, {D2}, {D3}]",
    };
}

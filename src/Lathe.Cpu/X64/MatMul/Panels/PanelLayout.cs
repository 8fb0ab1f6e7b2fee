namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Where things lie in an unpacked block of 32 rows by 32 values, all that a block of the product needs in the order in which it is read.</summary>
/// <remarks>
/// sbyte[8][2][16][4] values without their scales: [four values][panel of 16 rows][row][value]; then, a vector of 16 rows for each group and panel, in this order:
/// int starts of the sums, −128·Σvalue, for the offset of the activations; float scales; float <see cref="ConversionMagic"/>·scale; float minima, if there are any.
/// Where scales are exact starts have the bits of <see cref="ConversionMagic"/> added.
/// </remarks>
/// <param name="GroupElements">Values that share a scale, 16 or 32.</param>
/// <param name="HasMinima">Values have a minimum added.</param>
internal readonly record struct PanelLayout(int GroupElements, bool HasMinima)
{
    /// <summary>1.5 · 2^23: the integers beside it are the floats beside it, one for one, 2^22 up and down.</summary>
    public const float ConversionMagic = 12582912f;

    public const int PanelRows = 16;
    public const int Panels = 2;
    public const int Rows = Panels * PanelRows;
    public const int BlockElements = 32;

    /// <summary>Values that are unpacked together: with the activations of some tokens they stay in the first-level cache.</summary>
    public const int ChunkElements = 512;

    /// <summary>Blocks of a chunk.</summary>
    public const int ChunkBlocks = ChunkElements / BlockElements;

    public const int VectorBytes = 64;
    private const int CodeBytes = Rows * BlockElements;

    public int Groups => BlockElements / GroupElements;

    public int BlockBytes => ScaleOffset(HasMinima ? 4 : 3, 0, 0);

    public int ChunkBytes => ChunkBlocks * BlockBytes;

    public static int Quad(int quad, int panel) => ((quad * Panels) + panel) * VectorBytes;

    public int Start(int group, int panel) => ScaleOffset(0, group, panel);

    public int Scale(int group, int panel) => ScaleOffset(1, group, panel);

    public int Shift(int group, int panel) => ScaleOffset(2, group, panel);

    public int Minimum(int group, int panel) => ScaleOffset(3, group, panel);

    private int ScaleOffset(int kind, int group, int panel) => CodeBytes + ((((kind * Groups) + group) * Panels) + panel) * VectorBytes;
}

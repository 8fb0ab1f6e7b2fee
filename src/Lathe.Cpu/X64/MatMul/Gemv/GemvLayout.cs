using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>One token's activations as the gemv of one format reads them: a record per 256 values, everything that one step needs side by side.</summary>
/// <remarks>sbyte[256] codes in the format's order; for a format with an offset int[accumulators][16], what each accumulator starts with to take the
/// offset out: −offset times the sum of the codes that meet in the lane; float[16], with groups of 32 the eight scales and ± the eight scaled sums of
/// the codes (for minima) in the lanes of the format's scales, with groups of 16 each scale twice; with groups of 16 that have minima float[16] ± the scaled sums
/// of their codes.</remarks>
internal sealed unsafe class GemvLayout
{
    public const int StepElements = 256;
    public const int Vectors = 4;
    private const int VectorBytes = 64;
    private const int BlockElements = ActivationLayout.BlockElements;

    private readonly GemvFormat _format;
    private readonly int[] _accumulatorOfVector;

    /// <param name="k">Values per row, a multiple of 32.</param>
    public GemvLayout(GemvFormat format, int k)
    {
        _format = format;
        K = k;
        Steps = (k + StepElements - 1) / StepElements;

        // Vectors whose lanes belong to the same groups gather in one accumulator.
        var patterns = Enumerable.Range(0, Vectors).Select(vector => string.Join(' ', GroupsOf(vector))).ToList();
        var distinct = patterns.Distinct().ToList();
        _accumulatorOfVector = [.. patterns.Select(pattern => distinct.IndexOf(pattern))];
        Accumulators = distinct.Count;
        InitialOffset = StepElements;
        ScalesOffset = InitialOffset + (format.Offset == 0 ? 0 : Accumulators * VectorBytes);
        MinimaOffset = ScalesOffset + VectorBytes;
        RecordBytes = MinimaOffset + (format.HasMinimaApart ? VectorBytes : 0);
        Name = $"gemv.{format.Type}";
    }

    public int K { get; }

    public int Steps { get; }

    public int Accumulators { get; }

    public int InitialOffset { get; }

    public int ScalesOffset { get; }

    /// <summary>Where the scaled sums of groups of 16 are, if the format has minima apart.</summary>
    public int MinimaOffset { get; }

    public int RecordBytes { get; }

    /// <summary>Name of this form of activations.</summary>
    public string Name { get; }

    /// <summary>Bytes of a token's activations.</summary>
    public long RowBytes => (long)Steps * RecordBytes;

    /// <summary>The accumulator that a code vector adds to.</summary>
    public int AccumulatorOf(int vector) => _accumulatorOfVector[vector];

    /// <summary>The group of the values in each four lanes of a code vector.</summary>
    public int[] GroupsOf(int vector) =>
        [.. Enumerable.Range(0, 4).Select(quarter => Piece(vector, quarter) * 16 / _format.GroupElements)];

    /// <summary>Writes one token's activations.</summary>
    public void Pack(float* x, byte* row)
    {
        var codes = stackalloc sbyte[BlockElements];
        new Span<byte>(row, checked((int)RowBytes)).Clear();
        for (var block = 0; block < K / BlockElements; block++)
        {
            var record = row + (block / 8 * (long)RecordBytes);
            var scale = ActivationLayout.QuantizeBlock(x + (block * BlockElements), codes, out var first, out var second);
            Place(record, 2 * (block % 8), codes);
            Place(record, (2 * (block % 8)) + 1, codes + 16);
            var scales = (float*)(record + ScalesOffset);
            if (_format.GroupElements == 16)
            {
                scales[2 * (block % 8)] = scale;
                scales[(2 * (block % 8)) + 1] = scale;
                if (_format.HasMinimaApart)
                {
                    var minima = (float*)(record + MinimaOffset) + (2 * (block % 8));
                    minima[0] = _format.MinimumSign * scale * first;
                    minima[1] = _format.MinimumSign * scale * second;
                }

                continue;
            }

            scales[_format.ScaleLane(block % 8)] = scale;
            if (_format.MinimumSign != 0)
            {
                scales[_format.MinimumLane(block % 8)] = _format.MinimumSign * scale * (first + second);
            }
        }
    }

    private void Place(byte* record, int piece, sbyte* codes)
    {
        var place = _format.Order.IndexOf((byte)piece);
        new Span<sbyte>(codes, 16).CopyTo(new Span<sbyte>(record + (16 * place), 16));
        if (_format.Offset == 0)
        {
            return;
        }

        var initial = (int*)(record + InitialOffset) + (16 * AccumulatorOf(place / 4)) + (4 * (place % 4));
        for (var lane = 0; lane < 4; lane++)
        {
            initial[lane] -= _format.Offset * (codes[4 * lane] + codes[(4 * lane) + 1] + codes[(4 * lane) + 2] + codes[(4 * lane) + 3]);
        }
    }

    private int Piece(int vector, int quarter) => _format.Order[(4 * vector) + quarter];
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.X64.MatMul.Panels;

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
    private readonly int[] _placeOfPiece;

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
        _placeOfPiece = [.. Enumerable.Range(0, PieceOrder.Pieces).Select(piece => format.Order.IndexOf((byte)piece))];
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
            var scale = ActivationLayout.QuantizeBlock(x + (block * BlockElements), codes, out var first, out var second);
            Place(row, block, codes, scale, first, second);
        }
    }

    /// <summary>Writes one token's activations from those of the panel gemm: the codes are the same.</summary>
    /// <param name="records">The token's records, as <paramref name="layout"/> has them.</param>
    /// <param name="layout">Their layout.</param>
    /// <param name="row">The target.</param>
    public void Pack(byte* records, PanelActivations layout, byte* row)
    {
        var codes = stackalloc sbyte[BlockElements];
        new Span<byte>(row, checked((int)RowBytes)).Clear();
        for (var block = 0; block < K / BlockElements; block++)
        {
            var record = records + (block * (long)layout.RecordBytes);
            var signed = Vector256.Load(record) ^ Vector256.Create(PanelActivations.Offset);
            signed.AsSByte().Store(codes);
            Place(row, block, codes, *(float*)(record + PanelActivations.ScaleOffset), Sum(signed.GetLower()), Sum(signed.GetUpper()));
        }

        static int Sum(Vector128<byte> codes) => Vector128.Sum(SumsOfFour(codes.AsSByte()));
    }

    private void Place(byte* row, int block, sbyte* codes, float scale, int first, int second)
    {
        var record = row + (block / 8 * (long)RecordBytes);
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

            return;
        }

        scales[_format.ScaleLane(block % 8)] = scale;
        if (_format.MinimumSign != 0)
        {
            scales[_format.MinimumLane(block % 8)] = _format.MinimumSign * scale * (first + second);
        }
    }

    private void Place(byte* record, int piece, sbyte* codes)
    {
        var place = _placeOfPiece[piece];
        var values = Vector128.Load(codes);
        values.Store((sbyte*)record + (16 * place));
        if (_format.Offset == 0)
        {
            return;
        }

        var initial = (int*)(record + InitialOffset) + (16 * AccumulatorOf(place / 4)) + (4 * (place % 4));
        (Vector128.Load(initial) - (SumsOfFour(values) * _format.Offset)).Store(initial);
    }

    private static Vector128<int> SumsOfFour(Vector128<sbyte> codes) =>
        Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(Vector128<byte>.One, codes), Vector128<short>.One);

    private int Piece(int vector, int quarter) => _format.Order[(4 * vector) + quarter];
}

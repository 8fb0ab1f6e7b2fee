using Lathe.Cpu.Simd.Lanes;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>Attention of many rows: they lie across the lanes, in panels of two vectors, so that keys and values are broadcast as they lie in memory,
/// largest and sum of a row need no step across lanes, and a head may have any multiple of 8 values.</summary>
/// <remarks>Queries and sums are transposed once per piece: <c>[panel][dim][lane]</c>. Scores are <c>[token][lane]</c>.</remarks>
internal readonly unsafe struct PanelAttention<TLanes, TVector> : IAttentionRecipe
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private static int Width => PanelProduct<TLanes, TVector>.Width;

    public static void Begin(in AttentionPiece piece)
    {
        var workspace = piece.Workspace;
        new Span<float>(workspace.Queries, workspace.PaddedRows * piece.KeyDim).Clear();
        new Span<float>(workspace.Sums, workspace.PaddedRows * piece.ValueDim).Clear();
        new Span<float>(workspace.Totals, workspace.PaddedRows).Fill(piece.InitialTotal);
        new Span<float>(workspace.Largest, workspace.PaddedRows).Fill(float.MinValue);
        new Span<float>(workspace.Positions, workspace.PaddedRows).Fill(float.MaxValue); // what padding sees does not matter
        for (var row = 0; row < piece.Rows; row++)
        {
            var source = piece.Query(row);
            var target = workspace.Queries + (row / Width * Width * (long)piece.KeyDim) + (row % Width);
            for (var i = 0; i < piece.KeyDim; i++)
            {
                target[i * Width] = source[i] * piece.Scale;
            }

            workspace.Largest[row] = piece.InitialLargest(row);
            workspace.Positions[row] = piece.Position(row);
        }
    }

    public static void Attend(in AttentionPiece piece, float* keys, float* values, int first, int count)
    {
        var workspace = piece.Workspace;
        for (var row = 0; row < piece.Rows; row += Width)
        {
            var lastRow = Math.Min(row + Width, piece.Rows) - 1;
            var visible = Math.Min(count, piece.Position(lastRow) - first + 1);
            if (visible <= 0 || piece.FirstVisible(row) >= first + visible)
            {
                continue;
            }

            var queries = workspace.Queries + ((long)row * piece.KeyDim);
            for (var token = 0; token < visible; token += PanelProduct<TLanes, TVector>.Rows)
            {
                PanelProduct<TLanes, TVector>.Set(
                    keys + (token * piece.KeyDim), piece.KeyDim, 1, queries, piece.KeyDim, workspace.Scores + (token * Width));
            }

            if (piece.Softcap != 0)
            {
                Cap(workspace.Scores, visible, piece.Softcap);
            }

            if (first + visible - 1 > piece.Position(row) || first < piece.FirstVisible(lastRow))
            {
                Hide(workspace.Scores, workspace.Positions + row, first, visible, piece.Window);
            }

            var scale0 = Weigh(workspace.Scores, visible, workspace.Largest + row, workspace.Totals + row);
            var scale1 = Weigh(workspace.Scores + TLanes.Count, visible, workspace.Largest + row + TLanes.Count, workspace.Totals + row + TLanes.Count);
            var sums = workspace.Sums + ((long)row * piece.ValueDim);
            for (var i = 0; i < piece.ValueDim; i += PanelProduct<TLanes, TVector>.Rows)
            {
                PanelProduct<TLanes, TVector>.Accumulate(values + i, 1, piece.ValueDim, workspace.Scores, visible, sums + (i * Width), scale0, scale1);
            }
        }
    }

    public static void End(in AttentionPiece piece)
    {
        var workspace = piece.Workspace;
        for (var row = 0; row < piece.Rows; row++)
        {
            var source = workspace.Sums + (row / Width * Width * (long)piece.ValueDim) + (row % Width);
            var target = piece.Result(row);
            var factor = 1 / workspace.Totals[row];
            for (var i = 0; i < piece.ValueDim; i++)
            {
                target[i] = source[i * Width] * factor;
            }
        }
    }

    /// <summary><c>c · tanh(score / c)</c>.</summary>
    private static void Cap(float* scores, int count, float softcap)
    {
        var cap = TLanes.Broadcast(softcap);
        for (var i = 0; i < count * Width; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(cap, HyperbolicTangent<TLanes, TVector>.Of(TLanes.Divide(TLanes.Load(scores + i), cap))), scores + i);
        }
    }

    /// <summary>Tokens behind a row's own position, and those before its window, get no weight. Positions are exact in f32 up to 2^24.</summary>
    private static void Hide(float* scores, float* positions, int first, int count, int window)
    {
        TVector position0 = TLanes.Load(positions), position1 = TLanes.Load(positions + TLanes.Count);
        // The last token before the window; far below every token where there is no window.
        TVector before0 = TLanes.Subtract(position0, TLanes.Broadcast(window)), before1 = TLanes.Subtract(position1, TLanes.Broadcast(window));
        var hidden = TLanes.Broadcast(float.NegativeInfinity);
        for (var token = 0; token < count; token++)
        {
            var position = TLanes.Broadcast(first + token);
            var score = scores + (token * Width);
            var score0 = TLanes.SelectLess(position0, position, hidden, TLanes.Load(score));
            var score1 = TLanes.SelectLess(position1, position, hidden, TLanes.Load(score + TLanes.Count));
            TLanes.Store(TLanes.SelectLess(before0, position, score0, hidden), score);
            TLanes.Store(TLanes.SelectLess(before1, position, score1, hidden), score + TLanes.Count);
        }
    }

    /// <summary>Turns the scores of one vector of rows into weights, and returns the factor for what was summed before.</summary>
    private static TVector Weigh(float* scores, int count, float* largest, float* totals)
    {
        var before = TLanes.Load(largest);
        TVector highest = before, highestOdd = before;
        var token = 0;
        for (; token < count - 1; token += 2)
        {
            highest = TLanes.Max(TLanes.Load(scores + (token * Width)), highest);
            highestOdd = TLanes.Max(TLanes.Load(scores + ((token + 1) * Width)), highestOdd);
        }

        if (token < count)
        {
            highest = TLanes.Max(TLanes.Load(scores + (token * Width)), highest);
        }

        highest = TLanes.Max(highest, highestOdd);
        var scale = Exponential<TLanes, TVector>.Of(TLanes.Subtract(before, highest));
        var total = TLanes.Multiply(TLanes.Load(totals), scale);
        for (token = 0; token < count; token++)
        {
            var score = scores + (token * Width);
            var weight = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Load(score), highest));
            total = TLanes.Add(total, weight);
            TLanes.Store(weight, score);
        }

        TLanes.Store(highest, largest);
        TLanes.Store(total, totals);
        return scale;
    }
}

using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>Attention of few rows, as in decode: the values of a head lie across the lanes. Rows are worked on in pairs, a last single one beside
/// a row of zeros, so that each key and value that was loaded is used twice.</summary>
/// <remarks>Queries and sums are <c>[row][dim]</c>, scores <c>[row][token]</c>. Head dimensions are multiples of two vectors.</remarks>
internal readonly unsafe struct RowAttention<TLanes, TVector> : IAttentionRecipe
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Page = KvLayout.PageTokens;

    public static void Begin(in AttentionPiece piece)
    {
        var workspace = piece.Workspace;
        var pairedRows = (piece.Rows + 1) & ~1;
        for (var row = 0; row < pairedRows; row++)
        {
            var target = workspace.Queries + (row * piece.KeyDim);
            var source = piece.Query(Math.Min(row, piece.Rows - 1));
            var scale = TLanes.Broadcast(row < piece.Rows ? piece.Scale : 0);
            for (var i = 0; i < piece.KeyDim; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Load(source + i), scale), target + i);
            }

            workspace.Largest[row] = piece.InitialLargest(row);
            workspace.Totals[row] = piece.InitialTotal;
        }

        new Span<float>(workspace.Sums, pairedRows * piece.ValueDim).Clear();
    }

    public static void Attend(in AttentionPiece piece, float* keys, float* values, int first, int count)
    {
        var workspace = piece.Workspace;
        for (var row = 0; row < piece.Rows; row += 2)
        {
            int last = Math.Min(row + 1, piece.Rows - 1);
            var visible = Math.Min(count, piece.Position(last) - first + 1);
            if (visible <= 0 || piece.FirstVisible(row) >= first + visible)
            {
                continue;
            }

            var scores = workspace.Scores + (row * Page);
            var queries = workspace.Queries + (row * piece.KeyDim);
            for (var token = 0; token < visible; token += 4)
            {
                Score(queries, keys + (token * piece.KeyDim), piece.KeyDim, scores + token);
            }

            if (piece.Softcap != 0)
            {
                Cap(scores, visible, piece.Softcap);
                Cap(scores + Page, visible, piece.Softcap);
            }

            new Span<float>(scores, Math.Max(0, piece.FirstVisible(row) - first)).Fill(float.NegativeInfinity);
            new Span<float>(scores + Page, Math.Clamp(piece.FirstVisible(last) - first, 0, visible)).Fill(float.NegativeInfinity);
            var scale0 = Weigh(scores, Math.Min(visible, piece.Position(row) - first + 1), visible, workspace.Largest + row, workspace.Totals + row);
            var scale1 = Weigh(scores + Page, visible, visible, workspace.Largest + row + 1, workspace.Totals + row + 1);
            for (var i = 0; i < piece.ValueDim; i += 2 * TLanes.Count)
            {
                Sum(values + i, piece.ValueDim, scores, visible, workspace.Sums + (row * piece.ValueDim) + i, scale0, scale1);
            }
        }
    }

    public static void End(in AttentionPiece piece)
    {
        for (var row = 0; row < piece.Rows; row++)
        {
            var source = piece.Workspace.Sums + (row * piece.ValueDim);
            var target = piece.Result(row);
            var factor = TLanes.Broadcast(1 / piece.Workspace.Totals[row]);
            for (var i = 0; i < piece.ValueDim; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Load(source + i), factor), target + i);
            }
        }
    }

    /// <summary>Two rows times four keys.</summary>
    private static void Score(float* queries, float* keys, int dim, float* scores)
    {
        float* other = queries + dim, key1 = keys + dim, key2 = key1 + dim, key3 = key2 + dim;
        TVector s00 = TLanes.Zero, s01 = TLanes.Zero, s02 = TLanes.Zero, s03 = TLanes.Zero;
        TVector s10 = TLanes.Zero, s11 = TLanes.Zero, s12 = TLanes.Zero, s13 = TLanes.Zero;
        for (var i = 0; i < dim; i += TLanes.Count)
        {
            TVector k0 = TLanes.Load(keys + i), k1 = TLanes.Load(key1 + i), k2 = TLanes.Load(key2 + i), k3 = TLanes.Load(key3 + i);
            var q = TLanes.Load(queries + i);
            s00 = TLanes.MultiplyAdd(q, k0, s00);
            s01 = TLanes.MultiplyAdd(q, k1, s01);
            s02 = TLanes.MultiplyAdd(q, k2, s02);
            s03 = TLanes.MultiplyAdd(q, k3, s03);
            q = TLanes.Load(other + i);
            s10 = TLanes.MultiplyAdd(q, k0, s10);
            s11 = TLanes.MultiplyAdd(q, k1, s11);
            s12 = TLanes.MultiplyAdd(q, k2, s12);
            s13 = TLanes.MultiplyAdd(q, k3, s13);
        }

        TLanes.SumEach(s00, s01, s02, s03).Store(scores);
        TLanes.SumEach(s10, s11, s12, s13).Store(scores + Page);
    }

    /// <summary><c>c · tanh(score / c)</c>; what lies behind the scores up to a whole vector may hold anything.</summary>
    private static void Cap(float* scores, int count, float softcap)
    {
        var cap = TLanes.Broadcast(softcap);
        for (var token = 0; token < count; token += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(cap, HyperbolicTangent<TLanes, TVector>.Of(TLanes.Divide(TLanes.Load(scores + token), cap))), scores + token);
        }
    }

    /// <summary>Turns <paramref name="visible"/> scores into weights, gives the rest up to <paramref name="count"/> none, and returns the factor
    /// for what was summed before.</summary>
    private static float Weigh(float* scores, int visible, int count, float* largest, float* total)
    {
        var end = Math.Max(visible, 0);
        var padded = (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        new Span<float>(scores + end, padded - end).Fill(float.NegativeInfinity);
        var highest = TLanes.Broadcast(*largest);
        for (var token = 0; token < padded; token += TLanes.Count)
        {
            highest = TLanes.Max(TLanes.Load(scores + token), highest);
        }

        var top = TLanes.Largest(highest);
        var scale = MathF.Exp(*largest - top);
        highest = TLanes.Broadcast(top);
        var sum = TLanes.Zero;
        for (var token = 0; token < padded; token += TLanes.Count)
        {
            var weight = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Load(scores + token), highest));
            sum = TLanes.Add(sum, weight);
            TLanes.Store(weight, scores + token);
        }

        *largest = top;
        *total = (*total * scale) + TLanes.Sum(sum);
        return scale;
    }

    /// <summary>Adds the weighted values of two rows, two vectors wide; even and odd tokens apart, so that no addition waits for the one before.</summary>
    private static void Sum(float* values, int dim, float* weights, int count, float* sums, float scale0, float scale1)
    {
        var other = sums + dim;
        TVector s00 = TLanes.Multiply(TLanes.Load(sums), TLanes.Broadcast(scale0)), s01 = TLanes.Multiply(TLanes.Load(sums + TLanes.Count), TLanes.Broadcast(scale0));
        TVector s10 = TLanes.Multiply(TLanes.Load(other), TLanes.Broadcast(scale1)), s11 = TLanes.Multiply(TLanes.Load(other + TLanes.Count), TLanes.Broadcast(scale1));
        TVector o00 = TLanes.Zero, o01 = TLanes.Zero, o10 = TLanes.Zero, o11 = TLanes.Zero;
        var token = 0;
        for (; token < count - 1; token += 2)
        {
            TVector v0 = TLanes.Load(values), v1 = TLanes.Load(values + TLanes.Count);
            TVector w0 = TLanes.Broadcast(weights[token]), w1 = TLanes.Broadcast(weights[Page + token]);
            s00 = TLanes.MultiplyAdd(w0, v0, s00);
            s01 = TLanes.MultiplyAdd(w0, v1, s01);
            s10 = TLanes.MultiplyAdd(w1, v0, s10);
            s11 = TLanes.MultiplyAdd(w1, v1, s11);
            v0 = TLanes.Load(values + dim);
            v1 = TLanes.Load(values + dim + TLanes.Count);
            w0 = TLanes.Broadcast(weights[token + 1]);
            w1 = TLanes.Broadcast(weights[Page + token + 1]);
            o00 = TLanes.MultiplyAdd(w0, v0, o00);
            o01 = TLanes.MultiplyAdd(w0, v1, o01);
            o10 = TLanes.MultiplyAdd(w1, v0, o10);
            o11 = TLanes.MultiplyAdd(w1, v1, o11);
            values += 2 * dim;
        }

        if (token < count)
        {
            TVector v0 = TLanes.Load(values), v1 = TLanes.Load(values + TLanes.Count);
            TVector w0 = TLanes.Broadcast(weights[token]), w1 = TLanes.Broadcast(weights[Page + token]);
            s00 = TLanes.MultiplyAdd(w0, v0, s00);
            s01 = TLanes.MultiplyAdd(w0, v1, s01);
            s10 = TLanes.MultiplyAdd(w1, v0, s10);
            s11 = TLanes.MultiplyAdd(w1, v1, s11);
        }

        TLanes.Store(TLanes.Add(s00, o00), sums);
        TLanes.Store(TLanes.Add(s01, o01), sums + TLanes.Count);
        TLanes.Store(TLanes.Add(s10, o10), other);
        TLanes.Store(TLanes.Add(s11, o11), other + TLanes.Count);
    }
}

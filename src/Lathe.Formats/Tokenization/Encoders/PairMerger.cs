namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// Byte-pair merging of one piece: as long as neighbours merge, the pair with the lowest rank does, the leftmost of equals.
/// For one thread at a time; keeps its buffers between pieces.
/// </summary>
internal sealed class PairMerger
{
    /// <summary>Up to here scanning all ranks for the lowest is faster than keeping a heap.</summary>
    private const int LongestScan = 64;

    private readonly MergeTable _merges;
    private readonly PriorityQueue<int, ulong> _queue = new();
    private int[] _symbols = new int[LongestScan];
    private int[] _ranks = new int[LongestScan];
    private int[] _merged = new int[LongestScan];
    private int[] _next = [];
    private int[] _previous = [];

    public PairMerger(MergeTable merges)
    {
        _merges = merges;
    }

    /// <summary>The number of symbols for which there is room.</summary>
    public int Capacity => _symbols.Length;

    /// <summary>Room for the symbols of the next piece, to be filled before <see cref="Merge"/>.</summary>
    public Span<int> Symbols(int count)
    {
        if (count > _symbols.Length)
        {
            var size = Math.Max(count, (int)Math.Min(2L * _symbols.Length, Array.MaxLength));
            _symbols = new int[size];
            _ranks = new int[size];
            _merged = new int[size];
        }

        return _symbols.AsSpan(0, count);
    }

    /// <summary>Merges the first <paramref name="count"/> symbols; negative ones never merge.</summary>
    /// <returns>The symbols that are left, valid until the next call.</returns>
    public ReadOnlySpan<int> Merge(int count) => _symbols.AsSpan(0, count <= LongestScan ? MergeByScan(count) : MergeByQueue(count));

    private int MergeByScan(int count)
    {
        var symbols = _symbols;
        var ranks = _ranks;
        var merged = _merged;
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = _merges.Find(symbols[i], symbols[i + 1], out merged[i]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                best = ranks[i] < ranks[best] ? i : best;
            }

            if (ranks[best] == MergeTable.NoRank)
            {
                break;
            }

            symbols[best] = merged[best];
            count--;
            var tail = count - best - 1;
            Array.Copy(symbols, best + 2, symbols, best + 1, tail);
            Array.Copy(ranks, best + 1, ranks, best, tail);
            Array.Copy(merged, best + 1, merged, best, tail);
            if (best + 1 < count)
            {
                ranks[best] = _merges.Find(symbols[best], symbols[best + 1], out merged[best]);
            }

            if (best > 0)
            {
                ranks[best - 1] = _merges.Find(symbols[best - 1], symbols[best], out merged[best - 1]);
            }
        }

        return count;
    }

    private int MergeByQueue(int count)
    {
        if (_next.Length < count)
        {
            _next = new int[_symbols.Length];
            _previous = new int[_symbols.Length];
        }

        _queue.Clear();
        for (var i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }

        for (var i = 0; i < count; i++)
        {
            Rate(i, count);
        }

        while (_queue.TryDequeue(out var left, out var priority))
        {
            // A pair whose left or right side has changed since has another rank now (or none) and is in the queue anew.
            if (_ranks[left] != (int)(priority >> 32))
            {
                continue;
            }

            var right = _next[left];
            _symbols[left] = _merged[left];
            _ranks[right] = MergeTable.NoRank;
            _next[left] = _next[right];
            if (_next[right] < count)
            {
                _previous[_next[right]] = left;
            }

            Rate(left, count);
            if (_previous[left] >= 0)
            {
                Rate(_previous[left], count);
            }
        }

        var kept = 0;
        for (var i = 0; i < count; i = _next[i])
        {
            _symbols[kept++] = _symbols[i];
        }

        return kept;
    }

    private void Rate(int left, int count)
    {
        var right = _next[left];
        _ranks[left] = right < count ? _merges.Find(_symbols[left], _symbols[right], out _merged[left]) : MergeTable.NoRank;
        if (_ranks[left] != MergeTable.NoRank)
        {
            _queue.Enqueue(left, (ulong)(uint)_ranks[left] << 32 | (uint)left);
        }
    }
}

using System.Runtime.InteropServices;

namespace Lathe.Engine.Inference;

/// <summary>The KV pages of one sequence, in the order of its tokens.</summary>
/// <param name="pool">Where the pages come from.</param>
/// <param name="contextLength">Tokens that the sequence is expected to hold at most; room for their page numbers is made at once.</param>
public sealed class KvSequence(KvPool pool, int contextLength = KvLayout.PageTokens) : IDisposable
{
    private readonly List<int> _pages = new((contextLength / KvLayout.PageTokens) + 1);

    /// <summary>Tokens held.</summary>
    public int Length { get; private set; }

    /// <summary>Page numbers; token <c>i</c> lies in page <c>i / <see cref="KvLayout.PageTokens"/></c>.</summary>
    public ReadOnlySpan<int> Pages => CollectionsMarshal.AsSpan(_pages);

    /// <summary>Makes room for <paramref name="count"/> more tokens that this sequence alone may write. On failure nothing has changed
    /// but spare pages.</summary>
    /// <exception cref="KvPoolExhaustedException">The pool has no more pages.</exception>
    public void Reserve(int count)
    {
        var used = Length % KvLayout.PageTokens;
        if (used != 0)
        {
            var last = Length / KvLayout.PageTokens;
            if (pool.IsShared(_pages[last]))
            {
                var copy = pool.Take();
                pool.Storage.CopyPage(_pages[last], copy, used);
                pool.Release(_pages[last]);
                _pages[last] = copy;
            }
        }

        while ((long)_pages.Count * KvLayout.PageTokens < (long)Length + count)
        {
            _pages.Add(pool.Take());
        }
    }

    /// <summary>Counts tokens whose keys and values have been stored.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Forgets every token from <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        var keep = (length + KvLayout.PageTokens - 1) / KvLayout.PageTokens;
        for (var i = _pages.Count - 1; i >= keep; i--)
        {
            pool.Release(_pages[i]);
        }

        _pages.RemoveRange(keep, _pages.Count - keep);
        Length = length;
    }

    /// <summary>A sequence that holds the first <paramref name="length"/> tokens too, sharing their pages.</summary>
    public KvSequence Fork(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        var fork = new KvSequence(pool, contextLength) { Length = length };
        for (var i = 0; i * KvLayout.PageTokens < length; i++)
        {
            pool.Share(_pages[i]);
            fork._pages.Add(_pages[i]);
        }

        return fork;
    }

    public void Dispose() => Truncate(0);
}

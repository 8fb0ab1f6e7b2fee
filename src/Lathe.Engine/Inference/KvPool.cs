namespace Lathe.Engine.Inference;

/// <summary>Hands KV pages out to sequences and counts who holds them. Pages of a common prefix are shared; a page is copied when
/// one of its holders writes to it. Not thread-safe: the model runtime serialises its callers.</summary>
public sealed class KvPool(KvStorage storage, int capacity) : IDisposable
{
    private readonly List<int> _references = new(capacity);
    private readonly Stack<int> _free = new(capacity);

    public KvStorage Storage { get; } = storage;

    /// <summary>The most pages that may be in use at once.</summary>
    public int Capacity { get; } = capacity;

    public int PagesInUse => _references.Count - _free.Count;

    /// <summary>Takes a free page with one holder.</summary>
    /// <exception cref="KvPoolExhaustedException">All pages are in use.</exception>
    public int Take()
    {
        if (_free.TryPop(out var page))
        {
            _references[page] = 1;
            return page;
        }

        if (_references.Count >= Capacity)
        {
            throw new KvPoolExhaustedException(Capacity);
        }

        Storage.Commit(_references.Count);
        _references.Add(1);
        return _references.Count - 1;
    }

    public void Share(int page) => _references[page]++;

    public bool IsShared(int page) => _references[page] > 1;

    public void Release(int page)
    {
        if (--_references[page] == 0)
        {
            _free.Push(page);
        }
    }

    public void Dispose() => Storage.Dispose();
}

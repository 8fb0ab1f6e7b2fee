namespace Lathe.Engine.Inference;

/// <summary>Device memory of KV pages, by page number. Which sequence holds which page is the <see cref="KvPool"/>'s business.</summary>
public abstract class KvStorage(KvLayout layout) : IDisposable
{
    public KvLayout Layout { get; } = layout;

    /// <summary>Makes sure that the page exists; a page that was used before keeps its memory.</summary>
    public abstract void Commit(int page);

    /// <summary>Copies the first <paramref name="tokens"/> tokens of a page, in every layer and head.</summary>
    public abstract void CopyPage(int from, int to, int tokens);

    public abstract void Dispose();
}

using System.Buffers;

namespace Lathe.Formats.Tokenization;

/// <summary>Finds tokens that are taken from text as they stand: the leftmost occurrence, and the longest token there.</summary>
internal sealed class SpecialTokenTrie
{
    private const int Root = 0;
    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _tokens = [-1];
    private readonly SearchValues<byte> _firstBytes;

    public SpecialTokenTrie(Utf8Table texts, Func<int, bool> includes)
    {
        var firstBytes = new HashSet<byte>();
        for (var id = 0; id < texts.Count; id++)
        {
            if (!texts[id].IsEmpty && includes(id))
            {
                firstBytes.Add(texts[id][0]);
                Add(texts[id], id);
            }
        }

        _firstBytes = SearchValues.Create([.. firstBytes]);
    }

    /// <summary>Finds the next token at <paramref name="from"/> or later; false if there is none.</summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, int from, out int start, out int end, out int token)
    {
        for (start = from; ; start++)
        {
            var skipped = utf8[start..].IndexOfAny(_firstBytes);
            if (skipped < 0)
            {
                (end, token) = (start, -1);
                return false;
            }

            start += skipped;
            if (TryMatch(utf8, start, out end, out token))
            {
                return true;
            }
        }
    }

    /// <summary>Finds the longest token that begins at <paramref name="start"/>; false if there is none.</summary>
    public bool TryMatch(ReadOnlySpan<byte> utf8, int start, out int end, out int token)
    {
        token = -1;
        end = start;
        var node = Root;
        for (var position = start; position < utf8.Length && _children.TryGetValue(Edge(node, utf8[position]), out node); position++)
        {
            if (_tokens[node] >= 0)
            {
                (token, end) = (_tokens[node], position + 1);
            }
        }

        return token >= 0;
    }

    private void Add(ReadOnlySpan<byte> text, int id)
    {
        var node = Root;
        foreach (var value in text)
        {
            if (!_children.TryGetValue(Edge(node, value), out var child))
            {
                child = _tokens.Count;
                _tokens.Add(-1);
                _children.Add(Edge(node, value), child);
            }

            node = child;
        }

        _tokens[node] = _tokens[node] < 0 ? id : _tokens[node];
    }

    private static long Edge(int node, byte value) => (long)node << 8 | value;
}

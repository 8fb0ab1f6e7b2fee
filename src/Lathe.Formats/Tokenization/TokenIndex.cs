using System.Numerics;

namespace Lathe.Formats.Tokenization;

/// <summary>Finds a token's id by its bytes. Where two tokens have the same bytes, the lower id counts. Empty tokens are not found.</summary>
internal sealed class TokenIndex
{
    private readonly Utf8Table _texts;
    private readonly Slot[] _slots;

    /// <param name="texts">The bytes of every token; the table is kept.</param>
    /// <param name="includes">Which tokens can be found.</param>
    public TokenIndex(Utf8Table texts, Func<int, bool> includes)
    {
        _texts = texts;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, checked(texts.Count * 2)))];
        for (var id = 0; id < texts.Count; id++)
        {
            if (texts[id].IsEmpty || !includes(id))
            {
                continue;
            }

            var slot = Probe(texts[id], out var hash);
            if (_slots[slot].IdPlusOne == 0)
            {
                _slots[slot] = new Slot(hash, id + 1);
                LongestText = Math.Max(LongestText, texts[id].Length);
            }
        }
    }

    /// <summary>The length in bytes of the longest text that can be found.</summary>
    public int LongestText { get; }

    public bool TryFind(ReadOnlySpan<byte> text, out int id)
    {
        id = _slots[Probe(text, out _)].IdPlusOne - 1;
        return id >= 0;
    }

    /// <summary>The slot that holds the text, or the empty one where it would go.</summary>
    private int Probe(ReadOnlySpan<byte> text, out int hash)
    {
        // HashCode is seeded per process, so a crafted vocabulary cannot aim at one slot.
        var hasher = default(HashCode);
        hasher.AddBytes(text);
        hash = hasher.ToHashCode();
        var slot = hash & (_slots.Length - 1);
        while (_slots[slot].IdPlusOne != 0 && (_slots[slot].Hash != hash || !_texts[_slots[slot].IdPlusOne - 1].SequenceEqual(text)))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private readonly record struct Slot(int Hash, int IdPlusOne);
}

using Lathe.Formats.Tokenization.Patterns;

namespace Lathe.Formats.Tokenization.PreTokenizers;

/// <summary>Cuts text into the pieces within which a byte-level BPE vocabulary merges. Safe for use by many threads.</summary>
internal sealed class PreTokenizer
{
    private readonly PatternMatcher[] _stages;

    public PreTokenizer(PreTokenizerDefinition definition)
    {
        _stages = Array.ConvertAll(definition.Patterns, pattern => new PatternMatcher(pattern));
    }

    /// <summary>Replaces the content of <paramref name="ends"/> with the end of each piece; the pieces tile the text.</summary>
    /// <param name="utf8">Text; invalid bytes are treated as symbols.</param>
    /// <param name="ends">Receives, in order, the offset of the byte after each piece.</param>
    /// <param name="scratch">Room for the stages between; its content is lost.</param>
    public void Split(ReadOnlySpan<byte> utf8, List<int> ends, List<int> scratch)
    {
        ends.Clear();
        if (!utf8.IsEmpty)
        {
            ends.Add(utf8.Length);
        }

        foreach (var stage in _stages)
        {
            scratch.Clear();
            scratch.AddRange(ends);
            ends.Clear();
            var start = 0;
            var candidate = -1;
            foreach (var end in scratch)
            {
                // One look ahead over the whole text spares most stages most pieces: a digit, say, is rare.
                candidate = candidate < start ? stage.FindCandidate(utf8, start) : candidate;
                if (candidate >= end)
                {
                    ends.Add(end);
                }
                else
                {
                    SplitPiece(stage, utf8[start..end], start, ends);
                }

                start = end;
            }
        }
    }

    /// <summary>Matches are pieces, and so is what lies between two matches. A pattern sees nothing outside its piece.</summary>
    private static void SplitPiece(PatternMatcher stage, ReadOnlySpan<byte> piece, int offset, List<int> ends)
    {
        var position = 0;
        while (stage.TryFind(piece, position, out var start, out var end))
        {
            if (start > position)
            {
                ends.Add(offset + start);
            }

            ends.Add(offset + end);
            position = end;
        }

        if (position < piece.Length)
        {
            ends.Add(offset + piece.Length);
        }
    }
}

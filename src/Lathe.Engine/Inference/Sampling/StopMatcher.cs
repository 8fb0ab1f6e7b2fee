using System.Text;

namespace Lathe.Engine.Inference.Sampling;

/// <summary>Ends a stream of text pieces at the first stop string, wherever the pieces are cut. Text is held back only as long as it could
/// still become a stop string, and nothing of a stop string or behind it is ever handed out.</summary>
/// <remarks>The first stop string to be complete ends the stream; if several end at the same character, the longest counts.
/// Characters are compared one by one (ordinal). Each costs a few steps per stop string, however the text repeats itself.</remarks>
public sealed class StopMatcher
{
    private readonly string[] _stops;
    private readonly int[][] _borders;
    private readonly int[] _matched;
    private readonly StringBuilder _held = new();

    /// <param name="stops">Stop strings, none of them empty; there may be none.</param>
    public StopMatcher(IEnumerable<string> stops)
    {
        _stops = [.. stops];
        if (_stops.Contains(""))
        {
            throw new ArgumentException("a stop string is empty: it would end every text at once", nameof(stops));
        }

        _borders = [.. _stops.Select(Borders)];
        _matched = new int[_stops.Length];
    }

    /// <summary>True once a stop string was found: the text is complete.</summary>
    public bool Stopped => Found is not null;

    /// <summary>The stop string that ended the text, or null.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes the next piece and returns the text that is now certain to come before any stop string; empty after the end.</summary>
    public string Append(ReadOnlySpan<char> piece)
    {
        if (Stopped)
        {
            return "";
        }

        foreach (var next in piece)
        {
            _held.Append(next);
            Advance(next);
            if (Stopped)
            {
                break;
            }
        }

        // What matches the beginning of some stop string stays; after a match that is the whole stop string.
        var kept = Stopped ? Found!.Length : _matched.DefaultIfEmpty().Max();
        var certain = _held.ToString(0, _held.Length - kept);
        _held.Remove(0, certain.Length);
        if (Stopped)
        {
            _held.Clear();
        }

        return certain;
    }

    /// <summary>The stream has ended by itself: returns what was held back. Empty if a stop string was found.</summary>
    public string Flush()
    {
        var rest = _held.ToString();
        _held.Clear();
        Array.Clear(_matched);
        return rest;
    }

    /// <summary>Ready for another text.</summary>
    public void Reset()
    {
        _held.Clear();
        Array.Clear(_matched);
        Found = null;
    }

    /// <summary>One step of the Knuth-Morris-Pratt automaton of every stop string.</summary>
    private void Advance(char next)
    {
        for (var i = 0; i < _stops.Length; i++)
        {
            var matched = _matched[i];
            while (matched > 0 && _stops[i][matched] != next)
            {
                matched = _borders[i][matched - 1];
            }

            matched += _stops[i][matched] == next ? 1 : 0;
            _matched[i] = matched;
            if (matched == _stops[i].Length && matched > (Found?.Length ?? 0))
            {
                Found = _stops[i];
            }
        }
    }

    /// <summary>For each prefix of <paramref name="stop"/> the length of its longest proper prefix that also ends it.</summary>
    private static int[] Borders(string stop)
    {
        var borders = new int[stop.Length];
        for (var i = 1; i < stop.Length; i++)
        {
            var border = borders[i - 1];
            while (border > 0 && stop[border] != stop[i])
            {
                border = borders[border - 1];
            }

            borders[i] = border + (stop[border] == stop[i] ? 1 : 0);
        }

        return borders;
    }
}

using System.Buffers;
using System.Text;

namespace Lathe.Formats.Tokenization.Patterns;

/// <summary>
/// A pattern as a deterministic automaton over code point classes, with the matches that a backtracking engine finds (the first
/// alternative wins, repetition is greedy) in one table look-up per code point and without backtracking.
/// </summary>
/// <remarks>
/// A state is the ordered list of instructions that are still alive before the next code point; lower preferences are cut where a
/// higher one matches. Whether a match ends before a code point may depend on that code point (<c>(?!\S)</c>, <c>$</c>), so
/// acceptance sits on the transition, and the end of the text is a class of its own.
/// </remarks>
internal sealed class PatternMatcher
{
    private const int Dead = 0;
    private const int Start = 1;

    private readonly CodePointClassifier _classifier;
    private readonly byte[] _ascii;
    private readonly int _endClass;
    private readonly int _shift;

    /// <summary>[state &lt;&lt; _shift | class] = next state * 2 + (1 if a match ends before this code point).</summary>
    private readonly int[] _transitions;

    /// <summary>The bytes with which a match may begin; bytes beyond ASCII count if any wide character may.</summary>
    private readonly SearchValues<byte> _firstBytes;

    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public PatternMatcher(string pattern)
    {
        var (root, sets) = PatternParser.Parse(pattern);
        _classifier = new CodePointClassifier(sets);
        _ascii = _classifier.Ascii;
        _endClass = _classifier.Count;
        _shift = 1;
        while (1 << _shift <= _endClass)
        {
            _shift++;
        }

        _transitions = Determinise(new PatternProgram(root));
        _firstBytes = SearchValues.Create([.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(MayBegin)]);
    }

    /// <summary>Finds the first match that starts at <paramref name="from"/> or later; false if there is none.</summary>
    /// <param name="utf8">Text; an invalid byte sequence counts as U+FFFD.</param>
    /// <param name="from">Where to begin, at the start of a code point.</param>
    /// <param name="start">The first byte of the match.</param>
    /// <param name="end">The byte after the match.</param>
    public bool TryFind(ReadOnlySpan<byte> utf8, int from, out int start, out int end)
    {
        // A state that is known to fail from the current position on: the attempt before this one reached it and found nothing.
        // An attempt that falls into the same state fails as well, which keeps long runs of near misses linear.
        var failed = Dead;
        for (start = from; start < utf8.Length;)
        {
            if (failed == Dead)
            {
                start = FindCandidate(utf8, start);
                if (start == utf8.Length)
                {
                    break;
                }
            }

            var symbol = ClassAt(utf8, start, out var width);
            var state = Step(Start, symbol);
            failed = Step(failed, symbol);
            if (state != failed)
            {
                end = Run(utf8, start + width, state);
                if (end >= 0)
                {
                    return true;
                }

                failed = state;
            }

            start += width;
        }

        start = end = utf8.Length;
        return false;
    }

    /// <summary>The next byte with which a match might begin, at <paramref name="from"/> or later; the length of the text if there is none.</summary>
    public int FindCandidate(ReadOnlySpan<byte> utf8, int from)
    {
        var skipped = utf8[from..].IndexOfAny(_firstBytes);
        return skipped < 0 ? utf8.Length : from + skipped;
    }

    private bool MayBegin(byte first) => first < _ascii.Length
        ? Step(Start, _ascii[first]) != Dead
        : Enumerable.Range(0, _endClass).Any(symbol => _classifier.HasWide(symbol) && Step(Start, symbol) != Dead);

    private int Step(int state, int symbol) => _transitions[state << _shift | symbol] >> 1;

    /// <summary>The end of the longest preferred match from a state on, or -1.</summary>
    private int Run(ReadOnlySpan<byte> utf8, int position, int state)
    {
        var transitions = _transitions;
        var ascii = _ascii;
        var end = -1;
        while (state != Dead)
        {
            int symbol;
            var width = 1;
            if ((uint)position < (uint)utf8.Length)
            {
                var first = utf8[position];
                symbol = first < ascii.Length ? ascii[first] : ClassOfWide(utf8, position, out width);
            }
            else
            {
                symbol = _endClass;
            }

            var transition = transitions[state << _shift | symbol];
            end = (transition & 1) != 0 ? position : end;
            state = transition >> 1;
            position += width;
        }

        return end;
    }

    private int ClassAt(ReadOnlySpan<byte> utf8, int position, out int width)
    {
        width = 1;
        var first = utf8[position];
        return first < _ascii.Length ? _ascii[first] : ClassOfWide(utf8, position, out width);
    }

    private int ClassOfWide(ReadOnlySpan<byte> utf8, int position, out int width)
    {
        Rune.DecodeFromUtf8(utf8[position..], out var rune, out width);
        return _classifier.ClassOf(rune.Value);
    }

    private int[] Determinise(PatternProgram program)
    {
        var states = new Dictionary<string, int> { [""] = Dead, [Key([program.Start])] = Start };
        var pending = new Queue<int[]>([[], [program.Start]]);
        var transitions = new List<int>();
        while (pending.TryDequeue(out var state))
        {
            var row = new int[1 << _shift];
            for (var symbol = 0; symbol <= _endClass; symbol++)
            {
                var next = new List<int>();
                var visited = new bool[program.Instructions.Count];
                var accepts = state.Any(instruction => Follow(program, instruction, symbol, visited, next));
                var key = Key(next);
                if (!states.TryGetValue(key, out var number))
                {
                    number = states.Count;
                    states.Add(key, number);
                    pending.Enqueue([.. next]);
                }

                row[symbol] = (number << 1) | (accepts ? 1 : 0);
            }

            transitions.AddRange(row);
        }

        return [.. transitions];
    }

    private static string Key(IEnumerable<int> instructions) => string.Join(',', instructions);

    /// <summary>Adds what is alive after the symbol, most preferred first; true if a match ends before it, which cuts all that would follow.</summary>
    private bool Follow(PatternProgram program, int index, int symbol, bool[] visited, List<int> next)
    {
        if (visited[index])
        {
            return false;
        }

        visited[index] = true;
        var instruction = program.Instructions[index];
        switch (instruction.Operation)
        {
            case PatternProgram.Operation.Match:
                return true;
            case PatternProgram.Operation.Fork:
                return Follow(program, instruction.Next, symbol, visited, next) || Follow(program, instruction.Other, symbol, visited, next);
            case PatternProgram.Operation.EndOfText:
                return symbol == _endClass && Follow(program, instruction.Next, symbol, visited, next);
            case PatternProgram.Operation.NotFollowedBy:
                var holds = symbol == _endClass || !_classifier.IsWithin(symbol, instruction.Argument);
                return holds && Follow(program, instruction.Next, symbol, visited, next);
            case PatternProgram.Operation.Consume:
                if (symbol != _endClass && _classifier.IsWithin(symbol, instruction.Argument) && !next.Contains(instruction.Next))
                {
                    next.Add(instruction.Next);
                }

                return false;
            default:
                throw new NotSupportedException($"The pattern operation {instruction.Operation} has no transition.");
        }
    }
}

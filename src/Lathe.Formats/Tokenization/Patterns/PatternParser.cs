using System.Globalization;
using System.Text;

namespace Lathe.Formats.Tokenization.Patterns;

/// <summary>
/// Reads the part of the regular-expression language that published pre-tokenisers use: alternation, <c>(?:...)</c>,
/// <c>(?i:...)</c>, classes, <c>\p{...}</c>, <c>\s \S \r \n \t \u{...}</c>, <c>? * + {m,n}</c>, <c>(?!c)</c> and <c>$</c>.
/// </summary>
internal sealed class PatternParser
{
    private readonly string _pattern;
    private readonly List<CodePointSet> _sets = [];
    private readonly Dictionary<string, int> _setsBySource = [];
    private int _position;
    private bool _ignoreCase;

    private PatternParser(string pattern)
    {
        _pattern = pattern;
    }

    /// <summary>Parses a whole pattern into its tree and the code point sets that the tree names by index.</summary>
    /// <exception cref="FormatException">The pattern uses something that this language does not have.</exception>
    public static (PatternNode Root, IReadOnlyList<CodePointSet> Sets) Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        var root = parser.ParseAlternation();
        return parser._position == pattern.Length ? (root, parser._sets) : throw parser.Unexpected();
    }

    private PatternNode ParseAlternation()
    {
        var choices = new List<PatternNode> { ParseSequence() };
        while (TryTake("|"))
        {
            choices.Add(ParseSequence());
        }

        return choices.Count == 1 ? choices[0] : new PatternNode.Alternation(choices);
    }

    private PatternNode ParseSequence()
    {
        var items = new List<PatternNode>();
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            items.Add(ParseRepeat(ParseAtom()));
        }

        return items.Count == 1 ? items[0] : new PatternNode.Sequence(items);
    }

    private PatternNode ParseRepeat(PatternNode body)
    {
        if (TryTake("?"))
        {
            return new PatternNode.Repeat(body, 0, 1);
        }

        if (TryTake("*"))
        {
            return new PatternNode.Repeat(body, 0, PatternNode.Repeat.Unbounded);
        }

        if (TryTake("+"))
        {
            return new PatternNode.Repeat(body, 1, PatternNode.Repeat.Unbounded);
        }

        if (!TryTake("{"))
        {
            return body;
        }

        var bounds = TakeUntil('}').Split(',');
        var minimum = int.Parse(bounds[0], CultureInfo.InvariantCulture);
        return new PatternNode.Repeat(body, minimum, bounds.Length == 1 ? minimum : int.Parse(bounds[1], CultureInfo.InvariantCulture));
    }

    private PatternNode ParseAtom()
    {
        if (TryTake("$"))
        {
            return new PatternNode.EndOfText();
        }

        if (TryTake("(?!"))
        {
            var node = new PatternNode.NotFollowedBy(ParseSet());
            Expect(')');
            return node;
        }

        if (TryTake("(?:"))
        {
            return ParseGroup(_ignoreCase);
        }

        if (TryTake("(?i:"))
        {
            return ParseGroup(ignoreCase: true);
        }

        return _pattern[_position] is '(' or '?' or '*' or '+' or '{' or '^' or '.'
            ? throw Unexpected()
            : new PatternNode.Consume(ParseSet());
    }

    private PatternNode ParseGroup(bool ignoreCase)
    {
        var outer = _ignoreCase;
        _ignoreCase = ignoreCase;
        var node = ParseAlternation();
        _ignoreCase = outer;
        Expect(')');
        return node;
    }

    /// <summary>One class, escape or literal; equal sources share one set.</summary>
    private int ParseSet()
    {
        var start = _position;
        var set = new CodePointSet();
        if (TryTake("["))
        {
            set.IsComplemented = TryTake("^");
            while (!TryTake("]"))
            {
                ParseMember(set);
            }
        }
        else
        {
            ParseMember(set);
        }

        var source = (_ignoreCase ? "i" : "c") + _pattern[start.._position];
        if (!_setsBySource.TryGetValue(source, out var index))
        {
            index = _sets.Count;
            _sets.Add(set);
            _setsBySource.Add(source, index);
        }

        return index;
    }

    private void ParseMember(CodePointSet set)
    {
        if (TryTake(@"\p{"))
        {
            AddProperty(set, TakeUntil('}'));
        }
        else if (TryTake(@"\s"))
        {
            set.AddWhiteSpace();
        }
        else if (TryTake(@"\S"))
        {
            set.AddWhiteSpace();
            set.IsComplemented = !set.IsComplemented;
        }
        else
        {
            var first = ParseCodePoint();
            var isRange = _position + 1 < _pattern.Length && _pattern[_position] == '-' && _pattern[_position + 1] != ']';
            if (isRange)
            {
                _position++;
            }

            var last = isRange ? ParseCodePoint() : first;
            if (last < first)
            {
                throw new FormatException($"The range U+{first:X4}-U+{last:X4} in the pattern '{_pattern}' runs backwards.");
            }

            set.AddRange(first, last);
            if (_ignoreCase && !isRange)
            {
                AddOtherCases(set, first);
            }
        }
    }

    /// <summary>Simple case folding of a letter; s and k also fold with the long s and the Kelvin sign.</summary>
    private static void AddOtherCases(CodePointSet set, int codePoint)
    {
        var lower = Rune.ToLowerInvariant(new Rune(codePoint)).Value;
        var upper = Rune.ToUpperInvariant(new Rune(codePoint)).Value;
        set.AddRange(lower, lower);
        set.AddRange(upper, upper);
        if (lower is 's' or 'k')
        {
            var compatible = lower == 's' ? 0x17F : 0x212A;
            set.AddRange(compatible, compatible);
        }
    }

    private void AddProperty(CodePointSet set, string name)
    {
        UnicodeCategory[] categories = name switch
        {
            "L" => [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter,
                UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter],
            "Lu" => [UnicodeCategory.UppercaseLetter],
            "Ll" => [UnicodeCategory.LowercaseLetter],
            "Lt" => [UnicodeCategory.TitlecaseLetter],
            "Lm" => [UnicodeCategory.ModifierLetter],
            "Lo" => [UnicodeCategory.OtherLetter],
            "M" => [UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark],
            "N" => [UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber],
            "P" => [UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation,
                UnicodeCategory.ClosePunctuation, UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation,
                UnicodeCategory.OtherPunctuation],
            "S" => [UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol, UnicodeCategory.OtherSymbol],
            _ => throw new FormatException($"The Unicode property '{name}' in the pattern '{_pattern}' is not known."),
        };
        foreach (var category in categories)
        {
            set.AddCategory(category);
        }
    }

    private int ParseCodePoint()
    {
        if (TryTake(@"\u{"))
        {
            return int.Parse(TakeUntil('}'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        var escaped = TryTake(@"\");
        if (_position >= _pattern.Length || !Rune.TryGetRuneAt(_pattern, _position, out var rune))
        {
            throw Unexpected();
        }

        _position += rune.Utf16SequenceLength;
        return !escaped ? rune.Value : rune.Value switch
        {
            'r' => '\r',
            'n' => '\n',
            't' => '\t',
            var c when Rune.IsLetterOrDigit(rune) => throw new FormatException($"The escape '\\{(char)c}' in the pattern '{_pattern}' is not known."),
            var c => c,
        };
    }

    private bool TryTake(string text)
    {
        if (string.CompareOrdinal(_pattern, _position, text, 0, text.Length) != 0)
        {
            return false;
        }

        _position += text.Length;
        return true;
    }

    private string TakeUntil(char end)
    {
        var stop = _pattern.IndexOf(end, _position);
        if (stop < 0)
        {
            throw new FormatException($"The pattern '{_pattern}' lacks a '{end}' after position {_position}.");
        }

        var text = _pattern[_position..stop];
        _position = stop + 1;
        return text;
    }

    private void Expect(char expected)
    {
        if (_position >= _pattern.Length || _pattern[_position] != expected)
        {
            throw Unexpected();
        }

        _position++;
    }

    private FormatException Unexpected() => _position < _pattern.Length
        ? new FormatException($"The pattern '{_pattern}' has an unexpected '{_pattern[_position]}' at position {_position}.")
        : new FormatException($"The pattern '{_pattern}' ends too early.");
}

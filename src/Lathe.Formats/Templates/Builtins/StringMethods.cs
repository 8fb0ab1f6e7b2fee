using System.Collections.Frozen;
using System.Globalization;

namespace Lathe.Formats.Templates;

/// <summary>The methods of strings: the table and those that change or inspect letters.</summary>
internal static partial class StringMethods
{
    public static FrozenDictionary<string, Builtin> Table { get; } = new Builtin[]
    {
        Mapping("capitalize", PythonCharacters.Capitalize),
        Mapping("casefold", text => PythonCharacters.ToLower(text).Replace("ß", "ss").Replace("ς", "σ")),
        Mapping("lower", PythonCharacters.ToLower),
        Mapping("upper", PythonCharacters.ToUpper),
        Mapping("swapcase", text => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        Mapping("title", Title),
        new("expandtabs", ExpandTabs, "self", "tabsize?"),
        Predicate("isalnum", rune => IsLetter(rune) || IsNumeric(rune)),
        Predicate("isalpha", IsLetter),
        Predicate("isdecimal", IsDecimal),
        Predicate("isdigit", code => CharUnicodeInfo.GetDigitValue(char.ConvertFromUtf32(code), 0) >= 0),
        Predicate("isnumeric", IsNumeric),
        Predicate("isspace", code => code < 0x10000 && PythonCharacters.IsSpace((char)code)),
        new("isascii", call => call.Text(0).All(char.IsAscii), "self"),
        new("isprintable", call => AreAll(call.Text(0), PythonCharacters.IsPrintable), "self"),
        new("islower", call => call.Text(0) is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper), "self"),
        new("isupper", call => call.Text(0) is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower), "self"),
        new("istitle", call => call.Text(0) is var text && text.Any(char.IsLetter) && Title(text) == text, "self"),
        new("isidentifier", call => IsIdentifier(call.Text(0)), "self"),
        new("strip", call => Strip(call, start: true, end: true), "self", "chars?"),
        new("lstrip", call => Strip(call, start: true, end: false), "self", "chars?"),
        new("rstrip", call => Strip(call, start: false, end: true), "self", "chars?"),
        new("removeprefix", RemovePrefix, "self", "prefix"),
        new("removesuffix", RemoveSuffix, "self", "suffix"),
        new("center", call => Justify(call, fromLeft: true, fromRight: true), "self", "width", "fillchar?"),
        new("ljust", call => Justify(call, fromLeft: false, fromRight: true), "self", "width", "fillchar?"),
        new("rjust", call => Justify(call, fromLeft: true, fromRight: false), "self", "width", "fillchar?"),
        new("zfill", ZeroFill, "self", "width"),
        new("startswith", call => Matches(call, (text, part) => text.StartsWith(part, StringComparison.Ordinal)), "self", "prefix", "start?", "end?"),
        new("endswith", call => Matches(call, (text, part) => text.EndsWith(part, StringComparison.Ordinal)), "self", "suffix", "start?", "end?"),
        new("find", call => Find(call, fromEnd: false), "self", "sub", "start?", "end?"),
        new("rfind", call => Find(call, fromEnd: true), "self", "sub", "start?", "end?"),
        new("index", call => MustFind(call, fromEnd: false), "self", "sub", "start?", "end?"),
        new("rindex", call => MustFind(call, fromEnd: true), "self", "sub", "start?", "end?"),
        new("count", call => (long)TextSearch.Count(Window(call).Text, call.Text(1), call.Budget), "self", "sub", "start?", "end?"),
        new("replace", Replace, "self", "old", "new", "count?"),
        new("split", Split, "self", "sep?", "maxsplit?"),
        new("rsplit", SplitFromEnd, "self", "sep?", "maxsplit?"),
        new("splitlines", SplitLines, "self", "keepends?"),
        new("partition", Partition, "self", "sep"),
        new("rpartition", PartitionFromEnd, "self", "sep"),
        new("join", call => Join(Self(call), call.Items(1), call), "self", "iterable"),
        new("format", BraceFormat.Apply, "self", "*", "**"),
    }.ToFrozenDictionary(builtin => builtin.Name);

    /// <summary>Each letter that follows no letter is raised, as <c>str.title</c> does.</summary>
    public static string Title(string text)
    {
        var follows = false;
        return string.Concat(text.Select(character =>
        {
            var isLetter = char.IsLetter(character);
            var mapped = !isLetter ? character.ToString()
                : follows ? char.ToLowerInvariant(character).ToString()
                : PythonCharacters.ToTitle(character.ToString());
            follows = isLetter;
            return mapped;
        }));
    }

    private static StringValue Self(Invocation call) => (StringValue)call[0];

    private static Builtin Mapping(string name, Func<string, string> map) => new(
        name,
        call =>
        {
            call.Budget.Allocate(Self(call).Text.Length);
            return Self(call).With(map(Self(call).Text));
        },
        "self");

    private static Builtin Predicate(string name, Func<int, bool> accepts) => new(
        name,
        call => call.Text(0) is { Length: > 0 } text && AreAll(text, accepts),
        "self");

    private static bool AreAll(string text, Func<int, bool> accepts)
    {
        for (var i = 0; i < text.Length;)
        {
            var code = CodePoints.At(text, i);
            if (!accepts(code))
            {
                return false;
            }

            i += code > 0xFFFF ? 2 : 1;
        }

        return true;
    }

    private static bool IsLetter(int code) => CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    private static bool IsIdentifier(string text) =>
        text.Length > 0 && (text[0] == '_' || IsLetter(CodePoints.At(text, 0))) && AreAll(text, code => code == '_' || IsLetter(code) || IsNumeric(code));

    private static bool IsDecimal(int code) => CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.DecimalDigitNumber;

    private static bool IsNumeric(int code) => IsDecimal(code)
        || CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static StringValue Justify(Invocation call, bool fromLeft, bool fromRight)
    {
        var text = call.Text(0);
        var fill = call.Text(2, " ");
        if (CodePoints.Count(fill) != 1)
        {
            throw new TemplateException("the fill of a text is one character.");
        }

        var missing = Math.Max(0, call.Integer(1)) - CodePoints.Count(text);
        if (missing <= 0)
        {
            return Self(call);
        }

        call.Budget.Allocate(text.Length + ((long)missing * fill.Length));

        // Python puts the odd one of a centred text on the left where the width is odd too.
        var left = !fromLeft ? 0 : !fromRight ? missing : (missing / 2) + (missing & call.Integer(1) & 1);
        return Self(call).With(Repeat(fill, left) + text + Repeat(fill, missing - left));
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static StringValue ZeroFill(Invocation call)
    {
        var text = call.Text(0);
        var missing = Math.Max(0, call.Integer(1)) - CodePoints.Count(text);
        if (missing <= 0)
        {
            return Self(call);
        }

        call.Budget.Allocate((long)text.Length + missing);
        var sign = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        return Self(call).With(text[..sign] + new string('0', missing) + text[sign..]);
    }
}

using System.Globalization;
using System.Text;

namespace Lathe.Formats.Tokenization.Patterns;

/// <summary>A set of Unicode code points: general categories, White_Space and explicit ranges, possibly complemented.</summary>
internal sealed class CodePointSet
{
    private readonly List<(int First, int Last)> _ranges = [];
    private uint _categories;
    private bool _whiteSpace;

    /// <summary>True if the set is everything but what was added to it.</summary>
    public bool IsComplemented { get; set; }

    /// <summary>The explicit ranges, inclusive at both ends.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges => _ranges;

    public void AddRange(int first, int last) => _ranges.Add((first, last));

    public void AddCategory(UnicodeCategory category) => _categories |= 1u << (int)category;

    public void AddWhiteSpace() => _whiteSpace = true;

    public bool Contains(int codePoint) =>
        Contains(codePoint, CharUnicodeInfo.GetUnicodeCategory(codePoint), IsWhiteSpace(codePoint));

    /// <summary>Membership of a code point whose category and White_Space property the caller knows.</summary>
    public bool Contains(int codePoint, UnicodeCategory category, bool isWhiteSpace)
    {
        var inside = (_categories >> (int)category & 1) != 0 || (_whiteSpace && isWhiteSpace);
        for (var i = 0; i < _ranges.Count && !inside; i++)
        {
            inside = codePoint >= _ranges[i].First && codePoint <= _ranges[i].Last;
        }

        return inside != IsComplemented;
    }

    /// <summary>The Unicode White_Space property; lone surrogates, which no UTF-8 text holds, have no properties.</summary>
    public static bool IsWhiteSpace(int codePoint) => Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint));
}

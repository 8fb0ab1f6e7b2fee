using System.Globalization;

namespace Lathe.Formats.Tokenization.Patterns;

/// <summary>
/// Maps code points to classes: two code points are in one class if every set of a pattern holds both or neither.
/// A matcher then needs one table column per class. Pages of 256 code points are filled when text first touches them.
/// </summary>
internal sealed class CodePointClassifier
{
    /// <summary>Longer intervals between range ends are taken to hold every category instead of being walked.</summary>
    private const int LongestWalk = 1024;

    private const int PageBits = 8;
    private const int FirstWide = 0x80;
    private readonly IReadOnlyList<CodePointSet> _sets;
    private readonly Dictionary<ulong, byte> _classes = [];
    private readonly List<ulong> _signatures = [];
    private readonly HashSet<ulong> _wide = [];
    private readonly byte[]?[] _pages = new byte[0x110000 >> PageBits][];

    public CodePointClassifier(IReadOnlyList<CodePointSet> sets)
    {
        if (sets.Count > 64)
        {
            throw new FormatException($"A pattern uses {sets.Count} different sets of characters; at most 64 are possible.");
        }

        _sets = sets;
        FindClasses();
        Ascii = ClassesOfPage(0)[..FirstWide];
    }

    /// <summary>The classes of the 128 ASCII characters.</summary>
    public byte[] Ascii { get; }

    /// <summary>The number of classes.</summary>
    public int Count => _signatures.Count;

    /// <summary>True if the class lies within the set (it lies within or without, never half).</summary>
    public bool IsWithin(int classIndex, int set) => (_signatures[classIndex] >> set & 1) != 0;

    /// <summary>True if the class may have members beyond ASCII.</summary>
    public bool HasWide(int classIndex) => _wide.Contains(_signatures[classIndex]);

    /// <summary>The class of a code point.</summary>
    public byte ClassOf(int codePoint) => ClassesOfPage(codePoint >> PageBits)[codePoint & ((1 << PageBits) - 1)];

    private byte[] ClassesOfPage(int page)
    {
        // Two threads may both fill a page: they write the same values, and either array may stay.
        var classes = Volatile.Read(ref _pages[page]);
        if (classes is null)
        {
            classes = new byte[1 << PageBits];
            for (var i = 0; i < classes.Length; i++)
            {
                var codePoint = (page << PageBits) + i;
                classes[i] = _classes[SignatureOf(codePoint, CharUnicodeInfo.GetUnicodeCategory(codePoint), CodePointSet.IsWhiteSpace(codePoint))];
            }

            Volatile.Write(ref _pages[page], classes);
        }

        return classes;
    }

    private void FindClasses()
    {
        var starts = new SortedSet<int> { 0, FirstWide };
        foreach (var (first, last) in _sets.SelectMany(set => set.Ranges))
        {
            starts.Add(first);
            starts.Add(last + 1);
        }

        var bounds = starts.Append(0x110000).ToArray();
        for (var i = 0; i + 1 < bounds.Length; i++)
        {
            if (bounds[i + 1] - bounds[i] > LongestWalk)
            {
                AddEveryCategory(bounds[i]);
                continue;
            }

            for (var codePoint = bounds[i]; codePoint < bounds[i + 1]; codePoint++)
            {
                var signature = SignatureOf(codePoint, CharUnicodeInfo.GetUnicodeCategory(codePoint), CodePointSet.IsWhiteSpace(codePoint));
                AddClass(signature, codePoint >= FirstWide);
            }
        }
    }

    private void AddEveryCategory(int codePoint)
    {
        foreach (var category in Enum.GetValues<UnicodeCategory>())
        {
            AddClass(SignatureOf(codePoint, category, isWhiteSpace: false), isWide: true);
        }

        // White space is separators and the control characters of the first two blocks.
        foreach (var category in (ReadOnlySpan<UnicodeCategory>)[UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator,
            UnicodeCategory.ParagraphSeparator, UnicodeCategory.Control])
        {
            AddClass(SignatureOf(codePoint, category, isWhiteSpace: true), isWide: true);
        }
    }

    private void AddClass(ulong signature, bool isWide)
    {
        if (isWide)
        {
            _wide.Add(signature);
        }

        if (_classes.ContainsKey(signature))
        {
            return;
        }

        // One value stays free for the end of the text.
        if (_signatures.Count == byte.MaxValue)
        {
            throw new FormatException("A pattern tells more than 255 classes of characters apart.");
        }

        _classes.Add(signature, (byte)_signatures.Count);
        _signatures.Add(signature);
    }

    private ulong SignatureOf(int codePoint, UnicodeCategory category, bool isWhiteSpace)
    {
        var signature = 0ul;
        for (var set = 0; set < _sets.Count; set++)
        {
            signature |= _sets[set].Contains(codePoint, category, isWhiteSpace) ? 1ul << set : 0;
        }

        return signature;
    }
}

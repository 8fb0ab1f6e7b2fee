using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Searching in strings, in linear time whatever the strings are.</summary>
internal static class TextSearch
{
    // Below this the vectorised search is faster than its worst case is bad.
    private const int LongPattern = 64;

    /// <summary>The first index from <paramref name="start"/> on, in UTF-16 units, or -1.</summary>
    public static int IndexOf(string text, string pattern, int start, RenderBudget budget)
    {
        if (pattern.Length < LongPattern)
        {
            var index = text.IndexOf(pattern, start, StringComparison.Ordinal);
            budget.Work((index < 0 ? text.Length : index) - start);
            return index;
        }

        // Character by character, so dearer than the operations that are vectorised.
        budget.Work(8L * (text.Length - start + pattern.Length));
        return KnuthMorrisPratt(text, pattern, start);
    }

    /// <summary>The last index whose match ends at or before <paramref name="end"/>, or -1.</summary>
    public static int LastIndexOf(string text, string pattern, int end, RenderBudget budget)
    {
        // Rare enough to be answered by the forward search.
        var last = -1;
        for (var i = IndexOf(text, pattern, 0, budget); i >= 0 && i + pattern.Length <= end; i = i < end ? IndexOf(text, pattern, i + 1, budget) : -1)
        {
            last = i;
        }

        return last;
    }

    /// <summary>Replaces the first <paramref name="count"/> matches; a negative count means all.</summary>
    public static string Replace(string text, string pattern, string replacement, long count, RenderBudget budget)
    {
        if (pattern.Length == 0)
        {
            return InsertBetween(text, replacement, count, budget);
        }

        var result = new StringBuilder();
        var from = 0;
        for (var i = 0; count-- != 0 && (i = IndexOf(text, pattern, from, budget)) >= 0; from = i + pattern.Length)
        {
            result.Append(text, from, i - from).Append(replacement);
            CheckLength(result.Length, budget);
        }

        if (from == 0)
        {
            return text;
        }

        result.Append(text, from, text.Length - from);
        budget.Allocate(result.Length);
        return result.ToString();
    }

    public static int Count(string text, string pattern, RenderBudget budget)
    {
        if (pattern.Length == 0)
        {
            return CodePoints.Count(text) + 1;
        }

        var count = 0;
        for (var i = IndexOf(text, pattern, 0, budget); i >= 0; i = IndexOf(text, pattern, i + pattern.Length, budget))
        {
            count++;
        }

        return count;
    }

    /// <summary>An empty pattern matches before each character and at the end.</summary>
    private static string InsertBetween(string text, string inserted, long count, RenderBudget budget)
    {
        var result = new StringBuilder();
        var remaining = count < 0 ? long.MaxValue : count;
        foreach (var character in CodePoints.Enumerate(text))
        {
            result.Append(remaining-- > 0 ? inserted : "").Append(character);
            CheckLength(result.Length, budget);
        }

        result.Append(remaining > 0 ? inserted : "");
        budget.Allocate(result.Length);
        return result.ToString();
    }

    private static void CheckLength(int length, RenderBudget budget)
    {
        if (length > budget.Limits.MaxOutputLength)
        {
            budget.Allocate(length);
        }
    }

    private static int KnuthMorrisPratt(string text, string pattern, int start)
    {
        var border = new int[pattern.Length];
        for (int i = 1, k = 0; i < pattern.Length; i++)
        {
            while (k > 0 && pattern[i] != pattern[k])
            {
                k = border[k - 1];
            }

            k += pattern[i] == pattern[k] ? 1 : 0;
            border[i] = k;
        }

        for (int i = start, k = 0; i < text.Length; i++)
        {
            while (k > 0 && text[i] != pattern[k])
            {
                k = border[k - 1];
            }

            k += text[i] == pattern[k] ? 1 : 0;
            if (k == pattern.Length)
            {
                return i - k + 1;
            }
        }

        return -1;
    }
}

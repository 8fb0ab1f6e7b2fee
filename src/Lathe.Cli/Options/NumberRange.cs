using System.Globalization;

namespace Lathe.Cli.Options;

/// <summary>Lists of whole numbers as benchmarks take them: <c>1,2,3</c>, <c>first-last</c>, <c>first-last+step</c>, <c>first-last*factor</c>.</summary>
internal static class NumberRange
{
    public const string Grammar = "N, FIRST-LAST, FIRST-LAST+STEP or FIRST-LAST*FACTOR, with commas between";

    private const int MostValues = 10_000;

    /// <summary>Reads a list.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="least">The least number that is accepted.</param>
    /// <param name="most">The greatest number that is accepted.</param>
    /// <returns>Null if the text is no such list.</returns>
    public static List<int>? TryParse(string text, int least = 0, int most = int.MaxValue)
    {
        var values = new List<int>();
        return text.Split(',').All(part => TryAppend(part, values)) && values.TrueForAll(value => value >= least && value <= most) ? values : null;
    }

    private static bool TryAppend(string part, List<int> values)
    {
        var dash = part.IndexOf('-');
        if (dash < 0)
        {
            return TryNumber(part, out var single) && Append(single);
        }

        var operation = part.IndexOfAny(['+', '*'], dash);
        var (last, step) = (1, 1);
        if (!TryNumber(part.AsSpan(0, dash), out var first)
            || !TryNumber(part.AsSpan(dash + 1, (operation < 0 ? part.Length : operation) - dash - 1), out last)
            || (operation >= 0 && !TryNumber(part.AsSpan(operation + 1), out step))
            || first > last)
        {
            return false;
        }

        var factor = operation >= 0 && part[operation] == '*';
        for (long value = first, next; value <= last; value = next)
        {
            next = factor ? value * step : value + step;
            if (next <= value || !Append((int)value))
            {
                return false;
            }
        }

        return true;

        bool Append(int value)
        {
            values.Add(value);
            return values.Count <= MostValues;
        }
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

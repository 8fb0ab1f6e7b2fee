using System.Globalization;
using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Python's <c>strftime</c> in the C locale, for a time without a zone.</summary>
internal static class TimeFormat
{
    public static string Apply(string format, DateTime time, RenderBudget budget)
    {
        budget.Work(format.Length * 64L);
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            // "%-d" is glibc's way to leave out the padding.
            var isUnpadded = format[++i] == '-' && i + 1 < format.Length;
            var field = Field(isUnpadded ? format[++i] : format[i], time);
            result.Append(isUnpadded && field.Length > 1 ? field[..^1].TrimStart('0', ' ') + field[^1] : field);
        }

        budget.Allocate(result.Length);
        return result.ToString();
    }

    private static string Field(char code, DateTime time) => code switch
    {
        'a' => Text(time, "ddd"),
        'A' => Text(time, "dddd"),
        'b' or 'h' => Text(time, "MMM"),
        'B' => Text(time, "MMMM"),
        'c' => Text(time, "ddd MMM ") + $"{time.Day,2}" + Text(time, " HH:mm:ss yyyy"),
        'C' => $"{time.Year / 100:00}",
        'd' => Text(time, "dd"),
        'D' or 'x' => Text(time, "MM/dd/yy"),
        'e' => $"{time.Day,2}",
        'f' => Text(time, "ffffff"),
        'F' => Text(time, "yyyy-MM-dd"),
        'g' => $"{ISOWeek.GetYear(time) % 100:00}",
        'G' => $"{ISOWeek.GetYear(time)}",
        'H' => Text(time, "HH"),
        'I' => Text(time, "hh"),
        'j' => $"{time.DayOfYear:000}",
        'k' => $"{time.Hour,2}",
        'l' => $"{((time.Hour + 11) % 12) + 1,2}",
        'm' => Text(time, "MM"),
        'M' => Text(time, "mm"),
        'n' => "\n",
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'r' => Text(time, "hh:mm:ss ") + (time.Hour < 12 ? "AM" : "PM"),
        'R' => Text(time, "HH:mm"),
        's' => $"{new DateTimeOffset(time).ToUnixTimeSeconds()}",
        'S' => Text(time, "ss"),
        't' => "\t",
        'T' or 'X' => Text(time, "HH:mm:ss"),
        'u' => $"{(((int)time.DayOfWeek + 6) % 7) + 1}",
        'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}",
        'V' => $"{ISOWeek.GetWeekOfYear(time):00}",
        'w' => $"{(int)time.DayOfWeek}",
        'W' => $"{(time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7:00}",
        'y' => Text(time, "yy"),
        'Y' => $"{time.Year}",
        'z' or 'Z' => "",
        '%' => "%",
        _ => throw new TemplateException($"the time format '%{code}' is unknown."),
    };

    private static string Text(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}

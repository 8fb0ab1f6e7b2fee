using System.Text;

namespace Lathe.Formats.Tokenization;

/// <summary>Many short byte strings in one block of memory.</summary>
public sealed class Utf8Table
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;

    private Utf8Table(byte[] bytes, int[] ends, int longestLength)
    {
        LongestLength = longestLength;
        _bytes = bytes;
        _ends = ends;
    }

    /// <summary>The strings of an array, given one at a time.</summary>
    public delegate ReadOnlySpan<byte> ByteString(int index);

    /// <summary>The number of strings.</summary>
    public int Count => _ends.Length;

    /// <summary>The length in bytes of the longest string.</summary>
    public int LongestLength { get; }

    /// <summary>The bytes of one string.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan(start, _ends[index] - start);
        }
    }

    /// <summary>Copies <paramref name="count"/> strings; together they may hold 2 GiB.</summary>
    public static Utf8Table Create(int count, ByteString strings)
    {
        ArgumentNullException.ThrowIfNull(strings);
        var ends = new int[count];
        var bytes = new byte[Math.Max(16, checked(count * 8))];
        var used = 0;
        var longest = 0;
        for (var i = 0; i < count; i++)
        {
            var text = strings(i);
            var end = checked(used + text.Length);
            if (end > bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(Math.Max((long)end, 2L * bytes.Length), Array.MaxLength));
            }

            text.CopyTo(bytes.AsSpan(used));
            used = end;
            longest = Math.Max(longest, text.Length);
            ends[i] = end;
        }

        Array.Resize(ref bytes, used);
        return new Utf8Table(bytes, ends, longest);
    }

    /// <summary>The UTF-8 bytes of some strings.</summary>
    public static Utf8Table Of(params string[] strings)
    {
        ArgumentNullException.ThrowIfNull(strings);
        return Create(strings.Length, i => Encoding.UTF8.GetBytes(strings[i]));
    }
}

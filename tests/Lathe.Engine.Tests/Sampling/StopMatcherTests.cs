using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Tests.Sampling;

public class StopMatcherTests
{
    [Fact]
    public void Random_texts_stops_and_cuts_agree_with_the_definition()
    {
        var random = new Random(3);
        var stopped = 0;
        for (var round = 0; round < 20_000; round++)
        {
            // Two or three letters, so that stop strings overlap themselves and each other.
            var letters = random.Next(2, 4);
            var text = RandomText(random, letters, random.Next(0, 25));
            var stops = Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomText(random, letters, random.Next(1, 7))).ToArray();
            var (expected, found) = Definition(text, stops);
            var matcher = new StopMatcher(stops);
            var got = "";
            var at = 0;
            while (at < text.Length && !matcher.Stopped)
            {
                var length = random.Next(0, Math.Min(5, text.Length - at) + 1);
                got += matcher.Append(text.AsSpan(at, length));
                at += length;
                if (!matcher.Stopped)
                {
                    Assert.Equal(CertainLength(text[..at], stops), got.Length);
                }
            }

            Assert.Equal(found, matcher.Found);
            got += matcher.Flush();
            Assert.Equal(expected, got);
            stopped += matcher.Stopped ? 1 : 0;
        }

        Assert.InRange(stopped, 2_000, 18_000);
    }

    [Fact]
    public void Nothing_comes_after_the_end()
    {
        var matcher = new StopMatcher(["END"]);
        Assert.Equal("a", matcher.Append("aEN"));
        Assert.False(matcher.Stopped);
        Assert.Equal("", matcher.Append("Dxyz"));
        Assert.True(matcher.Stopped);
        Assert.Equal("", matcher.Append("more"));
        Assert.Equal("", matcher.Flush());
        Assert.Equal("END", matcher.Found);
        matcher.Reset();
        Assert.Equal("more", matcher.Append("more"));
    }

    [Fact]
    public void Without_stop_strings_everything_passes_at_once() => Assert.Equal("text", new StopMatcher([]).Append("text"));

    [Fact]
    public void An_empty_stop_string_is_refused() => Assert.Throws<ArgumentException>(() => new StopMatcher(["a", ""]));

    /// <summary>The text ends at the first position where any stop string ends, and loses the longest that ends there.</summary>
    private static (string Text, string? Found) Definition(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var ending = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (ending is not null)
            {
                return (text[..(end - ending.Length)], ending);
            }
        }

        return (text, null);
    }

    /// <summary>All but the longest ending that begins some stop string.</summary>
    private static int CertainLength(string text, string[] stops)
    {
        var certain = 0;
        while (certain < text.Length && !stops.Any(stop => stop.StartsWith(text[certain..], StringComparison.Ordinal)))
        {
            certain++;
        }

        return certain;
    }

    private static string RandomText(Random random, int letters, int length) =>
        new([.. Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(letters)))]);
}

using System.Text.Json;

namespace Lathe.Cli.Tests;

/// <summary>What a run of the command left behind.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as JSON, after a run that worked.</summary>
    public JsonElement Json
    {
        get
        {
            AssertSuccess();
            return JsonDocument.Parse(Output).RootElement;
        }
    }

    public void AssertSuccess() => Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");

    /// <summary>Exit code 1, nothing but one sentence on standard error, and nothing of the inside of the program in it.</summary>
    public void AssertFailure(string expected) => AssertSentence(1, expected);

    /// <summary>Exit code 2, one sentence and where to read on.</summary>
    public void AssertUsage(string expected)
    {
        var lines = Error.TrimEnd().Split('\n');
        Assert.StartsWith("Try 'lathe ", lines[^1], StringComparison.Ordinal);
        (this with { Error = string.Join('\n', lines[..^1]) }).AssertSentence(2, expected);
    }

    public void AssertSentence(int exitCode, string expected)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Equal("", Output);
        Assert.StartsWith("lathe: ", Error, StringComparison.Ordinal);
        Assert.Contains(expected, Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', Error.TrimEnd());
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
    }
}

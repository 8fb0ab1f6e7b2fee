using System.Globalization;
using Spectre.Console;

namespace Lathe.Cli.Output;

/// <summary>What a generation was like, in one grey line below it.</summary>
internal static class GenerationReport
{
    public static void Print(TextGeneration generation)
    {
        var statistics = generation.Statistics;
        var prompt = $"prompt {Count(statistics.PromptTokens)}";
        if (statistics.ReusedTokens > 0)
        {
            prompt += $", {statistics.ReusedTokens} of them known";
        }

        var end = generation.Finish is { } reason ? NameOf(reason) : "interrupted";
        Terminal.Error.MarkupLineInterpolated(
            $"[grey]{prompt}{Speed(statistics.PromptTokensPerSecond)}; generated {Count(statistics.GeneratedTokens)}{Speed(statistics.TokensPerSecond)}; {end}; seed {generation.Seed}[/]");
    }

    private static string Count(int tokens) => tokens == 1 ? "1 token" : $"{tokens} tokens";

    /// <summary>Nothing where no time was measured: the first token comes out of the prompt.</summary>
    private static string Speed(double tokensPerSecond) => tokensPerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $", {tokensPerSecond:F1} t/s") : "";

    /// <summary>The reason as scripts read it.</summary>
    public static string NameOf(FinishReason reason) => reason switch
    {
        FinishReason.EndOfGeneration => "end",
        FinishReason.StopString => "stop",
        FinishReason.TokenLimit => "length",
        FinishReason.ContextFull => "context",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "unknown reason"),
    };
}

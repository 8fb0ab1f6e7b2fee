using Spectre.Console;

namespace Lathe.Cli.Output;

/// <summary>What a generation was like, in one grey line below it.</summary>
internal static class GenerationReport
{
    public static void Print(TextGeneration generation)
    {
        var statistics = generation.Statistics;
        var end = generation.Finish is { } reason ? NameOf(reason) : "interrupted";
        Terminal.Error.MarkupLineInterpolated(
            $"[grey]prompt {statistics.PromptTokens} tokens, {statistics.PromptTokensPerSecond:F1} t/s; generated {statistics.GeneratedTokens} tokens, {statistics.TokensPerSecond:F1} t/s; {end}; seed {generation.Seed}[/]");
    }

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

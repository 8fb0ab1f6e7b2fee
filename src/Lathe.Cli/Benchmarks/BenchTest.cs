namespace Lathe.Cli.Benchmarks;

/// <summary>What is timed: a prompt, then single tokens, after a context that is there already.</summary>
/// <param name="PromptTokens">Tokens of the prompt, computed in chunks.</param>
/// <param name="GeneratedTokens">Tokens computed one by one.</param>
/// <param name="Depth">Tokens in the context before, computed outside the timer.</param>
internal sealed record BenchTest(int PromptTokens, int GeneratedTokens, int Depth)
{
    public int TimedTokens => PromptTokens + GeneratedTokens;

    public int ContextTokens => Depth + TimedTokens;

    /// <summary><c>pp512</c>, <c>tg128</c>, <c>pp512+tg128</c>, with <c>@ d4096</c> behind it at depth.</summary>
    public string Name
    {
        get
        {
            var parts = new List<string>();
            if (PromptTokens > 0)
            {
                parts.Add($"pp{PromptTokens}");
            }

            if (GeneratedTokens > 0)
            {
                parts.Add($"tg{GeneratedTokens}");
            }

            return string.Join('+', parts) + (Depth > 0 ? $" @ d{Depth}" : "");
        }
    }
}

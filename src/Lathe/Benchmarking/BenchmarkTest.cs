namespace Lathe.Benchmarking;

/// <summary>One line of the benchmark: a prompt, or a generation, after a depth of tokens that the session already holds.</summary>
/// <param name="PromptTokens">Tokens of the prompt, 0 for none.</param>
/// <param name="GeneratedTokens">Single tokens, which follow the prompt; 0 for none.</param>
/// <param name="Depth">Tokens that stand before both, outside the timer.</param>
public sealed record BenchmarkTest(int PromptTokens, int GeneratedTokens, int Depth)
{
    /// <summary>What is timed, in words; speeds of different kinds do not belong on one scale.</summary>
    public string Kind => (PromptTokens > 0, GeneratedTokens > 0) switch
    {
        (true, false) => "prompt",
        (false, true) => "generation",
        (true, true) => "prompt and generation",
        _ => "nothing",
    };

    /// <summary>The test's name: <c>pp512</c>, <c>tg128</c>, <c>pp512+tg128</c>, with <c> @ d1024</c> behind it at a depth.</summary>
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

            return string.Join("+", parts) + (Depth > 0 ? $" @ d{Depth}" : "");
        }
    }
}

namespace Lathe.Benchmarking;

/// <summary>One line of the benchmark: a prompt, or a generation, after a depth of tokens that the session already holds.</summary>
public sealed record BenchmarkTest(int PromptTokens, int GeneratedTokens, int Depth)
{
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

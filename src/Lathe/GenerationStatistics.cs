namespace Lathe;

/// <summary>What a generation cost.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="ReusedTokens">Of these, tokens that the session already held.</param>
/// <param name="PromptTime">Time until the prompt was computed.</param>
/// <param name="GeneratedTokens">Tokens drawn.</param>
/// <param name="GenerationTime">Time from then to the last token.</param>
public readonly record struct GenerationStatistics(int PromptTokens, int ReusedTokens, TimeSpan PromptTime, int GeneratedTokens, TimeSpan GenerationTime)
{
    /// <summary>Prompt tokens computed per second.</summary>
    public double PromptTokensPerSecond => PromptTime > TimeSpan.Zero ? (PromptTokens - ReusedTokens) / PromptTime.TotalSeconds : 0;

    /// <summary>Tokens generated per second. The first token comes out of the prompt, so the time covers one token fewer.</summary>
    public double TokensPerSecond => GenerationTime > TimeSpan.Zero ? (GeneratedTokens - 1) / GenerationTime.TotalSeconds : 0;
}

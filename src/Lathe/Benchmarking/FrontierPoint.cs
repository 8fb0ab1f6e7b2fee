namespace Lathe.Benchmarking;

/// <summary>Speed at one length of context.</summary>
/// <param name="ContextTokens">Tokens that the context holds once the prompt has come this far.</param>
/// <param name="PrefillTokens">Prompt tokens since the frontier before.</param>
/// <param name="PrefillSeconds">Their time.</param>
/// <param name="GeneratedTokens">Tokens generated here.</param>
/// <param name="GenerationSeconds">Their time.</param>
/// <param name="KvCacheBytes">Bytes of KV pages that the context takes.</param>
public sealed record FrontierPoint(
    int ContextTokens, int PrefillTokens, double PrefillSeconds, int GeneratedTokens, double GenerationSeconds, long KvCacheBytes)
{
    /// <summary>Prompt tokens per second.</summary>
    public double PrefillRate => PrefillTokens / PrefillSeconds;

    /// <summary>Generated tokens per second; 0 if none were asked for.</summary>
    public double GenerationRate => GeneratedTokens == 0 ? 0 : GeneratedTokens / GenerationSeconds;
}

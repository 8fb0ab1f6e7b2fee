namespace Lathe.Engine.Inference.Sampling;

/// <summary>How the next token is chosen from the logits. The steps apply in this order: bias and penalties change the logits; top-k, top-p and
/// min-p narrow the choice; the temperature shapes what is left; one token is drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>The most tokens that penalties may look back on.</summary>
    public const int LongestWindow = 1 << 20;

    /// <summary>Always the token with the highest logit.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Logits are divided by it before the draw: below 1 favours likely tokens, above 1 flattens. 0 always takes the highest logit
    /// (after bias and penalties) and draws nothing. 0 to 100; default 0.8.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Only the K highest logits stay. 0 keeps all; default 40.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Only the most likely tokens stay whose probabilities (among those that top-k left, at temperature 1) first reach P together;
    /// at least one. 0 to 1, where 1 keeps all; default 0.95.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Only tokens stay that are at least P times as likely as the most likely one (at temperature 1). 0 to 1, where 0 keeps all; default 0.05.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Positive logits of tokens inside the window are divided by it, negative ones multiplied. Above 0; default 1, which changes nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>How many of the last accepted tokens the three penalties look at. 0 turns them off; default 64.</summary>
    public int RepetitionWindow { get; init; } = 64;

    /// <summary>Subtracted once from the logit of every token inside the window. Default 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit for each time that it is inside the window. Default 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of single tokens, before the penalties. Negative infinity forbids a token. Null changes nothing.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>The same seed draws the same tokens from the same logits on every platform. Null draws a seed of its own.</summary>
    public ulong? Seed { get; init; }

    /// <summary>True if the accepted tokens change the logits.</summary>
    internal bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;

    /// <summary>Checks every value.</summary>
    /// <exception cref="SamplingException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        // The comparisons are written so that NaN fails them.
        Require(Temperature is >= 0 and <= 100, nameof(Temperature), Temperature, "between 0 (greedy) and 100");
        Require(TopK >= 0, nameof(TopK), TopK, "0 (off) or more");
        Require(TopP is >= 0 and <= 1, nameof(TopP), TopP, "between 0 and 1 (off)");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "between 0 (off) and 1");
        Require(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "a finite number above 0 (1 is off)");
        Require(RepetitionWindow is >= 0 and <= LongestWindow, nameof(RepetitionWindow), RepetitionWindow, $"between 0 (off) and {LongestWindow} tokens");
        Require(float.IsFinite(PresencePenalty), nameof(PresencePenalty), PresencePenalty, "a finite number (0 is off)");
        Require(float.IsFinite(FrequencyPenalty), nameof(FrequencyPenalty), FrequencyPenalty, "a finite number (0 is off)");
        foreach (var (token, bias) in LogitBias ?? new Dictionary<int, float>())
        {
            Require(token >= 0, nameof(LogitBias), token, "token ids of 0 or more");
            Require(bias < float.PositiveInfinity, $"{nameof(LogitBias)} of token {token}", bias, "a finite number, or negative infinity to forbid the token");
        }
    }

    private static void Require<T>(bool holds, string name, T found, string expected)
    {
        if (!holds)
        {
            throw new SamplingException($"{name} is {found}, expected {expected}.");
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Cli.Options;

/// <summary>The options of verbs that choose tokens.</summary>
internal sealed class SamplingArguments
{
    private static readonly SamplingOptions s_defaults = new();

    private readonly Option<float> _temperature = NumberOption.Create(
        ["--temp"], "Temperature: below 1 favours likely tokens, above 1 flattens; 0 always takes the likeliest.", s_defaults.Temperature, 0f, 100f);

    private readonly Option<int> _topK = NumberOption.Create(["--top-k"], "Choose among the K likeliest tokens; 0 for all.", s_defaults.TopK, 0, int.MaxValue);

    private readonly Option<float> _topP = NumberOption.Create(
        ["--top-p"], "Choose among the likeliest tokens that together reach this probability; 1 for all.", s_defaults.TopP, 0f, 1f);

    private readonly Option<float> _minP = NumberOption.Create(
        ["--min-p"], "Choose among tokens at least this fraction as likely as the likeliest; 0 for all.", s_defaults.MinP, 0f, 1f);

    private readonly Option<float> _repetition = NumberOption.Create(
        ["--repeat-penalty"], "Make tokens of the recent text less likely by this factor; 1 for off.", s_defaults.RepetitionPenalty, 0.001f, 1000f);

    private readonly Option<int> _window = NumberOption.Create(
        ["--repeat-window"], "How many recent tokens the penalties look at.", s_defaults.RepetitionWindow, 0, SamplingOptions.LongestWindow);

    private readonly Option<float> _presence = NumberOption.Create(
        ["--presence-penalty"], "Subtract this once from the logit of every recent token.", s_defaults.PresencePenalty, -100f, 100f);

    private readonly Option<float> _frequency = NumberOption.Create(
        ["--frequency-penalty"], "Subtract this from a recent token's logit for each time it occurs.", s_defaults.FrequencyPenalty, -100f, 100f);

    private readonly Option<string[]> _bias = new("--logit-bias")
    {
        Description = "Add VALUE to the logit of a token, as ID=VALUE; -inf forbids it. May be repeated.",
        HelpName = "ID=VALUE",
    };

    private readonly Option<ulong?> _seed = NumberOption.CreateOptional(
        ["--seed"], "Draw the same text again: the same seed gives the same text.", ulong.MinValue, ulong.MaxValue);

    public SamplingArguments(Command verb)
    {
        Option[] all = [_temperature, _topK, _topP, _minP, _repetition, _window, _presence, _frequency, _bias, _seed];
        Array.ForEach(all, verb.Add);
    }

    public SamplingOptions Read(ParseResult result) => new()
    {
        Temperature = result.GetValue(_temperature),
        TopK = result.GetValue(_topK),
        TopP = result.GetValue(_topP),
        MinP = result.GetValue(_minP),
        RepetitionPenalty = result.GetValue(_repetition),
        RepetitionWindow = result.GetValue(_window),
        PresencePenalty = result.GetValue(_presence),
        FrequencyPenalty = result.GetValue(_frequency),
        LogitBias = (result.GetValue(_bias) ?? []).Select(ReadBias).ToDictionary(),
        Seed = result.GetValue(_seed),
    };

    private static KeyValuePair<int, float> ReadBias(string text)
    {
        var parts = text.Split('=');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var token))
        {
            if (parts[1] == "-inf")
            {
                return new(token, float.NegativeInfinity);
            }

            if (float.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var bias))
            {
                return new(token, bias);
            }
        }

        throw CommandException.Usage($"--logit-bias is '{text}', expected ID=VALUE, for example 13=-inf");
    }
}

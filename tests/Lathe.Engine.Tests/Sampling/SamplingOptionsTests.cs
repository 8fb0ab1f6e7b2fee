using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Tests.Sampling;

public class SamplingOptionsTests
{
    public static TheoryData<SamplingOptions, string> Bad => new()
    {
        { new() { Temperature = -0.1f }, "Temperature is -0.1" },
        { new() { Temperature = float.NaN }, "Temperature is NaN" },
        { new() { TopK = -1 }, "TopK is -1" },
        { new() { TopP = 1.5f }, "TopP is 1.5" },
        { new() { TopP = float.NaN }, "TopP is NaN" },
        { new() { MinP = -1 }, "MinP is -1" },
        { new() { RepetitionPenalty = 0 }, "RepetitionPenalty is 0" },
        { new() { RepetitionPenalty = float.PositiveInfinity }, "RepetitionPenalty is" },
        { new() { RepetitionWindow = -1 }, "RepetitionWindow is -1" },
        { new() { PresencePenalty = float.NaN }, "PresencePenalty is NaN" },
        { new() { FrequencyPenalty = float.NegativeInfinity }, "FrequencyPenalty is" },
        { new() { LogitBias = new Dictionary<int, float> { [-4] = 1 } }, "LogitBias is -4" },
        { new() { LogitBias = new Dictionary<int, float> { [4] = float.NaN } }, "LogitBias of token 4 is NaN" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_value_out_of_range_is_named_in_one_sentence(SamplingOptions options, string begins)
    {
        var message = Assert.Throws<SamplingException>(options.Validate).Message;
        Assert.StartsWith(begins, message, StringComparison.Ordinal);
        Assert.Contains(", expected ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Defaults_and_extremes_are_valid()
    {
        new SamplingOptions().Validate();
        SamplingOptions.Greedy.Validate();
        new SamplingOptions { TopK = int.MaxValue, TopP = 0, MinP = 1, RepetitionWindow = 0, Temperature = 100 }.Validate();
        new SamplingOptions { LogitBias = new Dictionary<int, float> { [0] = float.NegativeInfinity } }.Validate();
    }
}

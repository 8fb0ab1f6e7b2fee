using Lathe.Cpu.Tests.Inference;

namespace Lathe.Cpu.Tests.Execution;

public sealed class BarrierTests
{
    [Theory]
    [InlineData("llama-q8_0")]
    [InlineData("qwen2-q4_0")]
    [InlineData("qwen3-q6_k")]
    public void A_decoded_token_crosses_four_barriers_per_layer_and_one_behind_the_output(string golden)
    {
        using var tiny = new TinyRuntime(golden: golden);
        Assert.Equal((4 * tiny.Runtime.Model.HyperParameters.LayerCount) + 1, tiny.Runtime.GraphFor(tokens: 1, outputs: 1).BarrierCount);
    }
}

using Lathe.Engine.Graphs;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Graphs;

public sealed class GraphCostTests
{
    [Fact]
    public void Only_the_experts_that_a_token_uses_count()
    {
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "qwen3moe-q8_0-q4_k.gguf"));
        var cost = GraphCost.Of(Model.Load(file).Graph);

        // Two layers of Q, K, V and output projections, a router over 4 experts in f32, and 2 of 4 experts with three matrices each.
        const double Attention = 256 * (512 + 128 + 128 + 512), Router = 256 * 4, Experts = 2 * 3 * 256 * 256, Output = 256 * 320;
        Assert.Equal(2 * (Attention + Router + Experts), cost.MultiplyAddsPerToken);
        Assert.Equal(Output, cost.MultiplyAddsPerOutput);
        Assert.Equal((2 * ((Attention * 34 / 32) + (Router * 4) + (Experts * 144 / 256))) + (Output * 34 / 32), cost.WeightBytes);
    }
}

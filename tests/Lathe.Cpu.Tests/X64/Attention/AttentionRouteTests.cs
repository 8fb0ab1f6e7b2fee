using Lathe.Cpu.Tests.Ops;
using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Cpu.X64.Attention.Prefill;
using Lathe.Cpu.X64.Attention.Prefill.Vectors;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.X64.Attention;

public sealed class AttentionRouteTests
{
    [Fact]
    public void Batches_of_one_to_eight_tokens_decode_and_larger_ones_prefill()
    {
        Assert.SkipUnless(Cpu.X64.X64Features.AmxBf16, "the processor has no bf16 matrix tiles");
        using var backend = new CpuBackend(threads: 1);
        var node = Node(new AttentionParameters(4, 2, 64, 64, 0.1f));
        foreach (var (tokens, route) in new[] { (1, "cpu.attention.decode.avx512"), (8, "cpu.attention.decode.avx512"), (9, "cpu.attention.prefill.amx"), (512, "cpu.attention.prefill.amx") })
        {
            Assert.Equal(route, backend.Routes.Select(node, new GraphShape(tokens, 1), RoutePolicy.Default).Id);
        }
    }

    [Fact]
    public void Without_tiles_the_processors_that_multiply_bf16_fast_do()
    {
        Assert.SkipUnless(Cpu.X64.X64Features.Avx512Bf16, "the processor has no AVX-512 BF16");
        using var backend = new CpuBackend(threads: 1);
        var policy = RoutePolicy.Create(rules: ["cpu.*.amx=off"]);
        var expected = Cpu.X64.X64Features.IsAmd ? "cpu.attention.prefill.avx512bf16" : "cpu.attention.prefill.avx512";
        Assert.Equal(expected, backend.Routes.Select(Node(new AttentionParameters(4, 2, 64, 64, 0.1f)), new GraphShape(9, 1), policy).Id);
    }

    [Fact]
    public void Heads_that_are_no_multiple_of_sixteen_are_refused()
    {
        Assert.SkipUnless(Cpu.X64.X64Features.AmxBf16, "the processor has no bf16 matrix tiles");
        foreach (CpuRoute route in (CpuRoute[])[new DecodeRoute(), new TilePrefillRoute(), new VectorPrefillRoute()])
        {
            Assert.Contains("multiples of 16", route.WhyNot(Node(new AttentionParameters(4, 2, 40, 40, 0.1f))), StringComparison.Ordinal);
            Assert.Null(route.WhyNot(Node(new AttentionParameters(4, 2, 48, 48, 0.1f))));
        }
    }

    private static AttentionNode Node(AttentionParameters attention) =>
        new("attention", 0, Values.Tokens(0, attention.HeadCount * attention.HeadDim, attention.HeadDim), attention, Values.Tokens(1, attention.HeadCount * attention.ValueDim));
}

using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

public sealed class RouteComparatorTests
{
    private static readonly int[] s_tokens = [.. Enumerable.Range(1, 24)];

    [Theory]
    [InlineData("qwen3moe-q8_0-q4_k", 1)]
    [InlineData("qwen3moe-q8_0-q4_k", 3)]
    [InlineData("gpt-oss-q8_0-mxfp4", 2)]
    [InlineData("gemma3-iq4_xs", 2)]
    public void Every_fast_node_is_compared_and_the_logits_stay_the_same(string golden, int threads)
    {
        using var tiny = new DriftModel(golden, threads: threads);
        var comparator = new RouteComparator("cpu.*");
        Assert.Equal(Logits(tiny, probe: null), Logits(tiny, comparator));
        using var runtime = new ModelRuntime(tiny.Model, tiny.Backend, new RuntimeOptions { ContextLength = 16 });
        var fast = runtime.GraphFor(s_tokens.Length, 1).Assignments.Concat(runtime.GraphFor(1, 1).Assignments).Where(assignment => !assignment.Route.IsReference);
        Assert.Equal(fast.Select(assignment => (assignment.Node.Name, assignment.Node.Output?.Id, assignment.Route)).Distinct().Count(), comparator.Nodes.Count);

        // Kernels that keep their inputs in f32 differ by the order of sums only, however much came before them.
        Assert.All(comparator.Nodes, node => Assert.InRange(node.RelativeRms, 0, RoundsInputs(node) ? 3e-2 : 1e-5));
    }

    [Fact]
    public void Sees_one_broken_kernel_by_itself()
    {
        using var tiny = new DriftModel("llama-bf16", sound => [new BrokenLayerRoute(sound.Single(route => route.Id == "cpu.matmul.bf16.simd"), layer: 0, "attn_q")]);
        var comparator = new RouteComparator("cpu.*");
        Logits(tiny, comparator);
        var worst = comparator.Nodes.MaxBy(node => node.RelativeRms)!;
        Assert.Equal(("blk.0.attn_q", BrokenLayerRoute.Name), (worst.Node, worst.RouteId));
        Assert.All(comparator.Nodes.Where(node => node != worst), node => Assert.InRange(node.RelativeRms, 0, RoundsInputs(node) ? 3e-2 : 1e-5));
        Assert.Equal(5, worst.Worst.Count);
        Assert.All(worst.Worst, element => Assert.Equal(1.2 * element.Reference, element.Actual, Math.Abs(0.01 * element.Reference)));
        Assert.Equal(worst.MaxAbs, worst.Worst[0].Magnitude);
    }

    [Fact]
    public void A_breach_of_a_limit_is_told_and_ends_the_comparison()
    {
        using var tiny = new DriftModel("llama-bf16", sound => [new BrokenLayerRoute(sound.Single(route => route.Id == "cpu.matmul.bf16.simd"), layer: 0, "attn_q")]);
        foreach (var comparator in new[] { new RouteComparator("cpu.matmul.*", maxAbs: 1e-3), new RouteComparator("cpu.matmul.*", rms: 1e-4) })
        {
            Logits(tiny, comparator);
            Assert.Contains($"{BrokenLayerRoute.Name} breaks the limits at blk.0.attn_q, row 0", comparator.Breach, StringComparison.Ordinal);
            Assert.Equal("blk.0.attn_q", Assert.Single(comparator.Nodes).Node);
        }

        var later = new RouteComparator("cpu.matmul.*@layers=1-9", maxAbs: 1e-3);
        Logits(tiny, later);
        Assert.Null(later.Breach);
        Assert.All(later.Nodes, node => Assert.True(node.Layer >= 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_step_that_overwrites_its_inputs_is_compared_on_what_they_were(int threads)
    {
        using var plain = new DriftModel("qwen3moe-q8_0-q4_k", threads: threads);
        using var tiny = new DriftModel("qwen3moe-q8_0-q4_k", _ => [new OverwritingAddRoute()], threads);
        var comparator = new RouteComparator("cpu.add.*");
        Assert.Equal(Logits(plain, probe: null), Logits(tiny, comparator));
        Assert.NotEmpty(comparator.Nodes);
        Assert.All(comparator.Nodes, node => Assert.Equal(("cpu.add.overwriting", 0.0), (node.RouteId, node.MaxAbs)));
    }

    [Fact]
    public void What_is_stored_in_the_cache_is_compared_too()
    {
        using var tiny = new DriftModel("llama-q8_0", sound => [new BrokenStoreRoute(sound.Single(route => route.Id == "cpu.store_kv.simd"))]);
        var comparator = new RouteComparator("cpu.store_kv.*");
        Logits(tiny, comparator);
        Assert.Empty(tiny.Backend.Routes.Unusable);
        Assert.NotEmpty(comparator.Nodes);
        Assert.All(comparator.Nodes, node =>
        {
            // The cache must be left as the broken route filled it: it is the one under test.
            var wrong = Assert.Single(node.Worst);
            Assert.Equal((BrokenStoreRoute.WrongPosition, 0, 5f), (wrong.Row, wrong.Column, wrong.Actual));
        });
        using var sound = new DriftModel("llama-q8_0");
        Assert.NotEqual(Logits(sound, probe: null), Logits(tiny, new RouteComparator("cpu.store_kv.*")));
    }

    [Fact]
    public void A_selector_that_cannot_be_read_is_one_sentence() =>
        Assert.Contains("not a range of layers", Assert.Throws<RouteException>(() => new RouteComparator("cpu.*@layers=3-1")).Message, StringComparison.Ordinal);

    /// <summary>Eight bits of activation in the products, eight bits of significand on matrix tiles.</summary>
    private static bool RoundsInputs(NodeDifference node) => (node.RouteId.EndsWith(".amx", StringComparison.Ordinal) || node.RouteId.EndsWith(".avx512bf16", StringComparison.Ordinal))
        || (node.Op.EndsWith("matmul", StringComparison.Ordinal) && !node.RouteId.Contains("bf16.simd", StringComparison.Ordinal));

    private static float[] Logits(DriftModel tiny, GraphProbe? probe)
    {
        using var runtime = new ModelRuntime(tiny.Model, tiny.Backend, new RuntimeOptions { ContextLength = 32, Probe = probe });
        using var session = runtime.CreateSession();
        session.Append(s_tokens);
        session.Append(3);
        return session.Logits.ToArray();
    }
}

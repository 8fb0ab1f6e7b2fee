using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

public sealed class DriftGateTests(ITestOutputHelper output)
{
    private const KvElementType Kv = KvElementType.F16;

    public static TheoryData<string> Goldens =>
        ["llama-q4_k", "llama-q8_0", "llama-bf16", "qwen2-q4_0", "qwen2-q5_k", "qwen3-q6_k", "qwen3moe-q8_0-q4_k", "gpt-oss-q8_0-mxfp4", "gemma3-q8_0", "gemma3-iq4_xs"];

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Is_open_for_every_default_route_of_every_golden(string golden)
    {
        using var tiny = new DriftModel(golden);
        var gate = DriftGate.Run(tiny.Model, tiny.Backend, DriftModel.Thresholds, tiny.Fixtures());
        foreach (var report in gate.Reports)
        {
            output.WriteLine($"{report.Candidate.Name}: relative rms {report.Worst.RelativeRms:e2}, KL {report.Worst.MeanDivergence:e2}, {report.Verdict.Kind}");
        }

        Assert.True(gate.IsOpen, string.Join("; ", gate.Reports.SelectMany(report => report.Verdict.Reasons)));
        Assert.Equal(DriftGate.DefaultRoutes(tiny.Model, tiny.Backend, tiny.Fixtures(), Kv), gate.Routes.SelectMany(report => report.RoutesUnderTest));
        Assert.All(gate.Routes, report => Assert.True(report.Dispatches > 0, report.Candidate.Name));
    }

    [Fact]
    public void Shuts_for_a_broken_route_and_names_it_alone()
    {
        using var tiny = Broken();
        var gate = DriftGate.Run(tiny.Model, tiny.Backend, DriftModel.Thresholds, tiny.Fixtures("33"));
        Assert.Empty(tiny.Backend.Routes.Unusable);
        Assert.False(gate.IsOpen);
        Assert.Equal(VerdictKind.Fail, gate.All.Verdict.Kind);
        Assert.Equal([BrokenLayerRoute.Name], gate.Routes.Where(report => report.Verdict.Kind != VerdictKind.Pass).SelectMany(report => report.RoutesUnderTest));
    }

    [Fact]
    public void Refuses_a_reference_that_runs_the_route_under_test()
    {
        using var tiny = Broken();
        var gate = DriftGate.Run(tiny.Model, tiny.Backend, DriftModel.Thresholds, tiny.Fixtures("33"), reference: RoutePolicy.Default);

        // The same kernels on both sides: not a bit differs, and that says nothing.
        Assert.Equal(0, gate.All.Worst.MaxAbs);
        Assert.Equal(VerdictKind.Refused, gate.All.Verdict.Kind);
        Assert.Contains(gate.All.Verdict.Reasons, reason => reason.Contains($"{BrokenLayerRoute.Name} was dispatched", StringComparison.Ordinal));
        Assert.False(gate.IsOpen);
        Assert.All(gate.Routes, report => Assert.Equal(VerdictKind.Refused, report.Verdict.Kind));
    }

    [Fact]
    public void Bisection_finds_the_broken_route_its_layer_and_its_node()
    {
        using var tiny = Broken();
        var report = new DriftBisection(tiny.Model, tiny.Backend, tiny.Fixtures("33").Single(), Kv).Run(RoutePolicy.Default);
        Assert.Equal(BrokenLayerRoute.Name, report.RouteId);
        Assert.Equal(1, report.Layer);
        Assert.Equal("blk.1.ffn_up", report.Nodes[0].Node);
        Assert.True(report.Nodes[0].RelativeRms > 5 * report.Nodes[1].RelativeRms);
        Assert.True(report.LayerShare > 0.8);

        // What carves the route out takes the drift away, and what runs it alone has all of it.
        var without = report.Without.Single(step => step.Setting == $"without {BrokenLayerRoute.Name}");
        Assert.True(without.Measures.Rms < report.Baseline.Measures.Rms / 5);
        Assert.Equal(BrokenLayerRoute.Name, report.Only[0].RouteId);
        Assert.All(report.Only, step => Assert.True(step.Dispatches > 0 && step.Refusals.Count == 0, step.Setting));
    }

    [Fact]
    public void Bisection_against_a_reference_that_runs_the_same_routes_accuses_nobody()
    {
        using var tiny = Broken();
        var report = new DriftBisection(tiny.Model, tiny.Backend, tiny.Fixtures("17").Single(), Kv).Run(RoutePolicy.Default, RoutePolicy.Default);
        Assert.NotEmpty(report.Baseline.Refusals);
        Assert.Null(report.RouteId);
    }

    [Fact]
    public void Bisection_finds_a_difference_outside_the_layers()
    {
        using var tiny = new DriftModel("llama-bf16", sound => [new BrokenLayerRoute(sound.Single(route => route.Id == "cpu.matmul.bf16.simd"), -1, "output")]);
        var report = new DriftBisection(tiny.Model, tiny.Backend, tiny.Fixtures("17").Single(), Kv).Run(RoutePolicy.Default);
        Assert.Equal((BrokenLayerRoute.Name, -1), (report.RouteId, report.Layer));
        Assert.Equal("output", Assert.Single(report.Nodes).Node);
    }

    private static DriftModel Broken() =>
        new("llama-bf16", sound => [new BrokenLayerRoute(sound.Single(route => route.Id == "cpu.matmul.bf16.simd"), layer: 1, "ffn_up")]);
}

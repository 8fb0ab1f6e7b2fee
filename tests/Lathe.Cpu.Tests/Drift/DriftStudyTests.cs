using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

public sealed class DriftStudyTests
{
    private const KvElementType Kv = KvElementType.F16;

    private static readonly DriftSetting s_defaults = new("defaults", RoutePolicy.Default, Kv);

    [Fact]
    public void Without_named_routes_the_fast_ones_that_the_reference_does_not_choose_are_under_test()
    {
        using var tiny = new DriftModel("llama-q8_0");
        var study = new DriftStudy(tiny.Model, tiny.Backend, DriftSetting.Reference(Kv), tiny.Fixtures("17"));
        var report = study.Compare(s_defaults, [], DriftThresholds.None);
        Assert.Equal(DriftGate.DefaultRoutes(tiny.Model, tiny.Backend, tiny.Fixtures("17"), Kv), report.RoutesUnderTest);
        Assert.Equal(VerdictKind.Pass, report.Verdict.Kind);
        Assert.True(report.Worst.Rms > 0);
        Assert.All(study.ReferenceRuns.Single().Dispatches.Counts.Keys, id => Assert.EndsWith(".reference", id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cpu.matmul.q4_k.simd", "was not dispatched in the candidate run")]
    [InlineData("cpu.matmul.reference", "was dispatched")]
    public void A_route_that_did_not_run_or_ran_in_the_reference_gets_no_verdict(string route, string reason)
    {
        using var tiny = new DriftModel("llama-q8_0");
        var study = new DriftStudy(tiny.Model, tiny.Backend, DriftSetting.Reference(Kv), tiny.Fixtures("17"));
        var report = study.Compare(s_defaults, [route], DriftThresholds.None);
        Assert.Equal(VerdictKind.Refused, report.Verdict.Kind);
        Assert.Contains(report.Verdict.Reasons, text => text.Contains(route, StringComparison.Ordinal) && text.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_dispatch_records_get_no_verdict()
    {
        using var tiny = new DriftModel("llama-q8_0");
        var study = new DriftStudy(tiny.Model, tiny.Backend, s_defaults, tiny.Fixtures("17"));
        var report = study.Compare(s_defaults, [], DriftThresholds.None);
        Assert.True(report.Worst.IsBitEqual);
        Assert.Equal(VerdictKind.Refused, report.Verdict.Kind);
        Assert.Contains(report.Verdict.Reasons, text => text.Contains("equally often", StringComparison.Ordinal));
        Assert.Throws<RouteException>(() => study.Compare(s_defaults, ["cpu.nothing.*"], DriftThresholds.None));
    }

    [Fact]
    public void Taps_see_a_break_from_its_layer_on_and_change_no_bit()
    {
        using var tiny = new DriftModel("gemma3-q8_0", sound => [new BrokenLayerRoute(sound.Single(route => route.Id == "cpu.matmul.q8_0.simd"), layer: 3, "ffn_down")]);
        var fixtures = tiny.Fixtures("17");
        var setting = DriftSetting.Only("broken", tiny.Backend.Routes, Kv, $"{BrokenLayerRoute.Name}=on@layers=3-3");
        var tapped = new DriftStudy(tiny.Model, tiny.Backend, DriftSetting.Reference(Kv), fixtures, tapLayers: true);
        var report = tapped.Compare(setting, [], DriftThresholds.None).Fixtures.Single();
        Assert.Equal(tiny.Model.HyperParameters.LayerCount, report.LayerRms.Count);
        Assert.All(report.LayerRms.Take(3), rms => Assert.Equal(0, rms));
        Assert.All(report.LayerRms.Skip(3), rms => Assert.True(rms > 1e-3));
        using var plain = new DriftSubject(tiny.Model, tiny.Backend, setting, 64);
        var run = plain.Run(fixtures[0], report.Reference.Decoded);
        Assert.Equal(report.Candidate.Logits.SelectMany(row => row), run.Logits.SelectMany(row => row));
        Assert.Empty(run.Layers);
    }

    [Fact]
    public void Chunks_of_a_fixture_are_computed_one_by_one()
    {
        using var tiny = new DriftModel("llama-q8_0");
        using var subject = new DriftSubject(tiny.Model, tiny.Backend, s_defaults, 200);
        var whole = subject.Run(tiny.Fixtures("97").Single(), forced: null);
        var chunked = subject.Run(tiny.Fixtures("97-chunked").Single(), whole.Decoded);

        // 97 tokens in chunks of 41 are 3 batches: two embeddings more are looked up.
        Assert.Equal(whole.Dispatches["cpu.get_rows.simd"] + 2, chunked.Dispatches["cpu.get_rows.simd"]);
        Assert.Equal((DriftFixture.ComparedTokens, DriftFixture.DecodedTokens), (chunked.PromptRows, chunked.Logits.Count - chunked.PromptRows));
        Assert.InRange(DriftMeter.Measure(whole, chunked).RelativeRms, 0, 0.02);
    }
}

using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

public sealed class InvarianceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("llama-q4_k", KvElementType.F16)]
    [InlineData("llama-q8_0", KvElementType.Q8_0)]
    [InlineData("llama-bf16", KvElementType.F32)]
    [InlineData("qwen2-q4_0", KvElementType.F16)]
    [InlineData("qwen2-q5_k", KvElementType.F16)]
    [InlineData("qwen3-q6_k", KvElementType.F16)]
    [InlineData("gpt-oss-q8_0-mxfp4", KvElementType.F16)]
    [InlineData("gemma3-q8_0", KvElementType.F32)]
    [InlineData("gemma3-iq4_xs", KvElementType.F16)]
    public void Batch_invariant_logits_are_equal_to_the_bit(string golden, KvElementType kv) => CheckBits(golden, kv);

    /// <summary>Plain products, products of experts and attention in one model; this one runs on every tier.</summary>
    [Fact]
    public void A_mixture_of_experts_is_equal_to_the_bit() => CheckBits("qwen3moe-q8_0-q4_k", KvElementType.F16);

    /// <summary>Otherwise decode and prefill take different kernels: close, but not equal. If they were, the test above would prove nothing.</summary>
    [Fact]
    public void Without_it_they_are_close()
    {
        var results = Run("llama-q4_k", new RuntimeOptions());
        Assert.Contains(results, way => !way.Measures.IsBitEqual);
        Assert.All(results, way => Assert.InRange(way.Measures.RelativeRms, 0, 0.02));
    }

    [Fact]
    public void Reference_routes_are_invariant_as_they_are()
    {
        var results = Run("llama-q8_0", new RuntimeOptions { Policy = RoutePolicy.Reference });
        Assert.All(results, way => Assert.True(way.Measures.IsBitEqual, way.Way));
    }

    [Fact]
    public void Invariant_logits_are_within_the_limits_of_the_family()
    {
        using var tiny = new DriftModel("llama-q4_k");
        var study = new DriftStudy(tiny.Model, tiny.Backend, DriftSetting.Reference(KvElementType.F16), tiny.Fixtures());
        var report = study.Compare(new DriftSetting("invariant", RoutePolicy.Default, KvElementType.F16, BatchInvariant: true), [], DriftModel.Thresholds.For("llama"));
        Assert.True(report.Verdict.Kind == VerdictKind.Pass, string.Join("; ", report.Verdict.Reasons));
    }

    private void CheckBits(string golden, KvElementType kv)
    {
        var results = Run(golden, new RuntimeOptions { BatchInvariant = true, KvElementType = kv });
        Assert.Equal(14, results.Count);
        Assert.All(results, way => Assert.True(way.Measures.IsBitEqual, $"{way.Way}: max abs {way.Measures.MaxAbs:e2}"));
    }

    private IReadOnlyList<InvarianceResult> Run(string golden, RuntimeOptions options)
    {
        using var tiny = new DriftModel(golden);
        var tokens = DriftFixtures.PseudoRandom(tiny.Model.HyperParameters.VocabularySize, 150);
        var results = new InvarianceStudy(tiny.Model, threads => new CpuBackend(threads), options).Run(tokens);
        foreach (var (way, measures) in results)
        {
            output.WriteLine($"{way}: rms {measures.Rms:e2}, max abs {measures.MaxAbs:e2}");
        }

        return results;
    }
}

using Lathe.Engine.Drift;

namespace Lathe.Engine.Tests.Drift;

public sealed class ThresholdsFileTests
{
    private const string Json = """
        {
          "quantizing_routes": ["cpu.*matmul.q*"],
          "exact": { "relative_rms": 1e-4 },
          "families": { "llama": { "relative_rms": 0.02, "max_abs": 1, "top20_max_abs": 2, "mean_kl": 3, "same_top": 0.5, "top20_overlap": 15 } }
        }
        """;

    [Fact]
    public void Limits_are_read_by_family_and_route()
    {
        var file = ThresholdsFile.Parse(Json, "t.json");
        var llama = new DriftThresholds { RelativeRms = 0.02, MaxAbs = 1, Top20MaxAbs = 2, MeanDivergence = 3, SameTop = 0.5, Top20Overlap = 15 };
        Assert.Equal(llama, file.For("llama"));
        Assert.Equal(llama, file.For("llama", "cpu.matmul.q8_0.simd"));
        Assert.Equal(llama, file.For("llama", "cpu.expert_matmul.q4_k.simd"));
        Assert.Equal(new DriftThresholds { RelativeRms = 1e-4 }, file.For("llama", "cpu.attention.simd"));
        Assert.Equal(new DriftThresholds { RelativeRms = 1e-4 }, file.For("llama", "cpu.matmul.bf16.simd"));
        Assert.Contains("no thresholds for the family qwen2, only for llama", Assert.Throws<FormatException>(() => file.For("qwen2")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "is not JSON")]
    [InlineData("[]", "no object \"families\"")]
    [InlineData("{}", "no object \"families\"")]
    [InlineData("""{"families": {"llama": 3}}""", "not an object of limits")]
    [InlineData("""{"families": {"llama": {}}}""", "has no limits")]
    [InlineData("""{"families": {"llama": {"rms": 3}}}""", "is no limit: expected relative_rms")]
    [InlineData("""{"families": {"llama": {"relative_rms": "3"}}}""", "is not a number")]
    [InlineData("""{"families": {}, "exakt": {}}""", "nothing that is known")]
    [InlineData("""{"families": {}, "quantizing_routes": [1]}""", "nothing that is known")]
    public void A_file_that_is_wrong_is_one_sentence(string json, string expected)
    {
        var message = Assert.Throws<FormatException>(() => ThresholdsFile.Parse(json, "t.json")).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("t.json", message, StringComparison.Ordinal);
    }
}

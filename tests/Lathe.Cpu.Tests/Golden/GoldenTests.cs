using Lathe.Cpu.Tests.Families;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Golden;

public sealed class GoldenTests(ITestOutputHelper output)
{
    // Each golden with the yardstick: the rms that the recorded engine itself shows on the quantised file with 8-bit activations.
    private static readonly (string Name, double Yardstick)[] s_goldens =
    [
        ("llama-q4_k", 1.4e-2),
        ("llama-q8_0", 1.2e-2),
        ("llama-bf16", 3e-3),
        ("qwen2-q4_0", 8.5e-2),
        ("qwen2-q5_k", 2.1e-1),
        ("qwen3-q6_k", 2.2e-2),
        ("qwen3moe-q8_0-q4_k", 1.6e-2),
        ("gpt-oss-q8_0-mxfp4", 6e-2),
        ("gemma3-q8_0", 3e-2),
        ("gemma3-iq4_xs", 5.4e-2),
    ];

    public static TheoryData<string, double, int[]> Goldens()
    {
        var data = new TheoryData<string, double, int[]>();
        foreach (var (name, yardstick) in s_goldens)
        {
            data.Add(name, yardstick, [56, 1]);
            data.Add(name, yardstick, [64]);
            data.Add(name, yardstick, [7]);
            data.Add(name, yardstick, [1]);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Reference_routes_agree_with_the_recorded_logits(string name, double yardstick, int[] chunks)
    {
        var golden = new GoldenModel(name);
        var error = golden.Error(RoutePolicy.Reference, KvElementType.F32, threads: 2, chunks);
        output.WriteLine($"{name} in chunks of {string.Join(", then ", chunks)}: rms {error:e2}, {error / golden.StandardDeviation:e2} of the standard deviation (yardstick {yardstick:e1})");

        // The recorded engine looks the gelu of gemma up in a table of f16 values.
        Assert.InRange(error / golden.StandardDeviation, 0, name.StartsWith("gemma", StringComparison.Ordinal) ? 1e-3 : 1e-4);
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Default_routes_stay_within_the_yardstick(string name, double yardstick, int[] chunks)
    {
        var error = new GoldenModel(name).Error(RoutePolicy.Default, KvElementType.F16, threads: 2, chunks);
        output.WriteLine($"{name} in chunks of {string.Join(", then ", chunks)}: rms {error:e2} (yardstick {yardstick:e1})");
        Assert.InRange(error, 0, yardstick);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Any_number_of_threads_stays_within_the_yardstick(int threads)
    {
        foreach (var (name, yardstick) in s_goldens)
        {
            Assert.InRange(new GoldenModel(name).Error(RoutePolicy.Default, KvElementType.F16, threads, 56, 1), 0, yardstick);
        }
    }

    [Fact]
    public void Every_family_has_a_golden_or_a_plain_forward_pass()
    {
        var architectures = Directory.EnumerateFiles(Repository.Golden, "*.json")
            .Select(file => System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement)
            .Where(golden => s_goldens.Any(known => known.Name + ".gguf" == golden.GetProperty("model").GetString()))
            .Select(golden => golden.GetProperty("architecture").GetString())
            .Concat(TinyModelTests.Architectures)
            .ToHashSet();
        Assert.All(ModelFamilies.All, family => Assert.Contains(family.Architecture, architectures));
    }
}

using System.Text.Json;
using System.Xml.Linq;
using Lathe.Tests.Shared;

namespace Lathe.Cli.Tests;

public sealed class DriftTests
{
    private static readonly string s_llama = Path.Combine(Repository.Golden, "llama-q8_0.gguf");

    [Fact]
    public void Compare_judges_the_defaults_against_the_reference_and_draws_the_layers()
    {
        using var folder = new TemporaryFolder();
        var chart = folder.File("layers.svg");
        var outcome = LatheProcess.Run("drift", "compare", "-m", s_llama, "--fixture", "17", "--fixture", "33", "--json", "--svg", chart);
        var report = outcome.Json.GetProperty("reports").EnumerateArray().Single();
        Assert.Equal("pass", report.GetProperty("verdict").GetProperty("kind").GetString());
        Assert.Equal(["17", "33"], report.GetProperty("fixtures").EnumerateArray().Select(fixture => fixture.GetProperty("name").GetString()));
        Assert.Contains("cpu.rope.simd", report.GetProperty("routes_under_test").EnumerateArray().Select(route => route.GetString()));
        Assert.All(
            report.GetProperty("fixtures").EnumerateArray().First().GetProperty("reference_dispatches").EnumerateObject(),
            route => Assert.EndsWith(".reference", route.Name, StringComparison.Ordinal));
        Assert.Equal(2, XDocument.Load(chart).Descendants().Count(element => element.Name.LocalName == "polyline"));
        var table = LatheProcess.Run("drift", "compare", "-m", s_llama, "--fixture", "17");
        table.AssertSuccess();
        Assert.Contains("worst", table.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("was not dispatched in the candidate run", "--test", "cpu.matmul.q4_k.simd")]
    [InlineData("was dispatched", "--reference", "default", "--test", "cpu.rope.simd")]
    [InlineData("equally often", "--reference", "default")]
    public void Compare_refuses_a_verdict_that_the_runs_do_not_carry(string reason, params string[] options)
    {
        var outcome = LatheProcess.Run(["drift", "compare", "-m", s_llama, "--fixture", "17", .. options]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("refused: ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(reason, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bisect_names_a_route_a_layer_and_its_nodes()
    {
        var report = LatheProcess.Run("drift", "bisect", "-m", s_llama, "--fixture", "17", "--json").Json;
        var route = report.GetProperty("route").GetString()!;
        Assert.StartsWith("cpu.matmul.q8_0.", route, StringComparison.Ordinal);
        Assert.InRange(report.GetProperty("layer").GetInt32(), -1, 1);
        Assert.All(report.GetProperty("nodes").EnumerateArray(), node => Assert.Equal(route, node.GetProperty("route").GetString()));
        Assert.All(report.GetProperty("only").EnumerateArray(), step => Assert.True(step.GetProperty("dispatches").GetInt64() > 0));
    }

    [Fact]
    public void Gate_is_open_for_the_built_in_model() =>
        LatheProcess.Run("drift", "gate", "-m", Repository.TalesModel, "--fixture", "17").AssertSuccess();

    [Fact]
    public void Gate_is_shut_by_a_limit_that_nothing_keeps_and_by_a_reference_that_is_none()
    {
        using var folder = new TemporaryFolder();
        var strict = folder.Write("strict.json", """{"families": {"llama": {"relative_rms": 1e-9}}}""");
        var outcome = LatheProcess.Run("drift", "gate", "-m", s_llama, "--fixture", "17", "--thresholds", strict);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("relative rms is", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("the gate is shut", outcome.Output.TrimEnd(), StringComparison.Ordinal);
        var refused = LatheProcess.Run("drift", "gate", "-m", s_llama, "--fixture", "17", "--reference", "default");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("would be compared with itself", refused.Output, StringComparison.Ordinal);
        LatheProcess.Run("drift", "gate", "-m", s_llama, "--thresholds", folder.Write("other.json", """{"families": {"x": {"max_abs": 1}}}"""))
            .AssertFailure("no thresholds for the family llama, only for x");
        LatheProcess.Run("drift", "gate", "-m", s_llama, "--thresholds", folder.Write("broken.json", "{")).AssertFailure("is not JSON");
        LatheProcess.Run("drift", "gate", "-m", s_llama, "--fixture", "18").AssertSentence(2, "--fixture is '18', expected 1, 17, 33");
    }

    [Fact]
    public void Invariance_is_exact_where_it_is_asked_for()
    {
        var exact = LatheProcess.Run("drift", "invariance", "-m", s_llama, "--batch-invariant", "--json", "--tokens", "140").Json;
        Assert.All(exact.GetProperty("ways").EnumerateArray(), way => Assert.True(way.GetProperty("measures").GetProperty("bit_equal").GetBoolean()));
        var usual = LatheProcess.Run("drift", "invariance", "-m", s_llama, "--json", "--tokens", "140").Json;
        Assert.Contains(usual.GetProperty("ways").EnumerateArray(), way => !way.GetProperty("measures").GetProperty("bit_equal").GetBoolean());
    }

    [Fact]
    public void Logits_tell_all_that_they_depend_on()
    {
        using var folder = new TemporaryFolder();
        var (json, logits) = (folder.File("run.json"), folder.File("run.f32"));
        LatheProcess.Run("logits", "-m", s_llama, "--tokens", "5,6,7,8", "--prefill", "3", "--json", json, "--out", logits, "--route", "cpu.glu.*=auto").AssertSuccess();
        var record = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(s_llama)));
        Assert.Equal(hash, record.GetProperty("model_sha256").GetString());
        Assert.Equal("ieee", record.GetProperty("math_mode").GetString());
        Assert.Equal("cpu.glu.*=auto", Assert.Single(record.GetProperty("rules").EnumerateArray().ToList()).GetString());
        Assert.Equal(4, record.GetProperty("tokens").GetArrayLength());
        Assert.Equal(2, record.GetProperty("dispatches").GetProperty("cpu.get_rows.simd").GetInt32());
        Assert.NotEqual("", record.GetProperty("isa").GetString());
        Assert.NotEqual("", record.GetProperty("lathe_version").GetString());
        var bytes = File.ReadAllBytes(logits);
        var last = Enumerable.Range(0, 320).Select(id => BitConverter.ToSingle(bytes, ((3 * 320) + id) * sizeof(float))).ToArray();
        Assert.Equal(last, record.GetProperty("logits").EnumerateArray().Select(logit => logit.GetSingle()));
        Assert.Equal(Array.IndexOf(last, last.Max()), record.GetProperty("argmax").GetInt32());
        LatheProcess.Run("logits", "-m", s_llama, "--tokens", "5").AssertUsage("--out or --json");
    }

    [Fact]
    public void A_route_is_compared_node_by_node_up_to_its_limits()
    {
        using var folder = new TemporaryFolder();
        string[] run = ["logits", "-m", s_llama, "--tokens", "5,6,7,8", "--json", folder.File("run.json"), "--compare-route", "cpu.matmul.*@layers=0-0"];
        var outcome = LatheProcess.Run(run);
        outcome.AssertSuccess();
        Assert.Contains("blk.0.ffn_down", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("blk.1.", outcome.Output, StringComparison.Ordinal);
        var breach = LatheProcess.Run([.. run, "--max-abs", "1e-6"]);
        Assert.Equal(1, breach.ExitCode);
        Assert.Contains("breaks the limits at blk.0.attn_q, row 0", breach.Error, StringComparison.Ordinal);
        var nothing = LatheProcess.Run([.. run, "--quality"]);
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("nothing was compared", nothing.Error, StringComparison.Ordinal);
        LatheProcess.Run("logits", "-m", s_llama, "--tokens", "5", "--json", "x", "--rms", "1").AssertUsage("--compare-route");
    }

    [Fact]
    public void Perplexity_is_saved_and_compared()
    {
        using var folder = new TemporaryFolder();
        var (text, saved) = (Path.Combine(Repository.Root, "models", "eval-alice.txt"), folder.File("base.lp"));
        string[] score = ["perplexity", "-m", Repository.TalesModel, "-c", "64"];
        LatheProcess.Run([.. score, "-f", text, "--chunks", "2", "--kl-save", saved]).AssertSuccess();
        var same = LatheProcess.Run("perplexity", "-m", Repository.TalesModel, "--kl", saved, "--json").Json;
        Assert.Equal((2, 62), (same.GetProperty("chunks").GetInt32(), same.GetProperty("scored_tokens").GetInt32()));
        Assert.InRange(same.GetProperty("mean_kl").GetDouble(), -1e-6, 1e-6);
        Assert.Equal(1, same.GetProperty("same_top").GetDouble());
        var reference = LatheProcess.Run("perplexity", "-m", Repository.TalesModel, "--kl", saved, "--json", "--quality").Json;
        Assert.InRange(reference.GetProperty("mean_kl").GetDouble(), 1e-6, 0.01);
        Assert.Equal(same.GetProperty("base_perplexity").GetDouble(), reference.GetProperty("base_perplexity").GetDouble());

        LatheProcess.Run([.. score, "-f", text, "--kl", saved]).AssertFailure("other tokens");
        LatheProcess.Run("perplexity", "-m", s_llama, "--kl", saved).AssertFailure("the model's vocabulary has 320");
        LatheProcess.Run([.. score, "-f", folder.Write("short.txt", "Hello")]).AssertFailure("expected at least one chunk of 64");
        var cut = folder.File("cut.lp");
        File.WriteAllBytes(cut, File.ReadAllBytes(saved)[..5000]);
        LatheProcess.Run("perplexity", "-m", Repository.TalesModel, "--kl", cut).AssertFailure("it is cut off or damaged");
        LatheProcess.Run([.. score]).AssertUsage("needs -f");
    }
}

using System.Text.Json;
using Lathe.Tests.Shared;

namespace Lathe.Cli.Tests.Benchmarks;

public class CompareTests
{
    // A record of llama-bench as it writes them; the columns that say nothing here are left out.
    private const string LlamaBench =
        """{"build_commit": "8cf427ff", "build_number": 5163, "cpu_info": "CPU", "backends": "CPU", "model_filename": "/m/q.gguf", "model_type": "qwen2 7B Q4_K - Medium", "model_size": 4677120000, "model_n_params": 7615616512, "n_batch": 2048, "n_ubatch": 512, "n_threads": 8, "type_k": "f16", "type_v": "f16", "n_gpu_layers": 99, "flash_attn": false, "n_prompt": PROMPT, "n_gen": GEN, "n_depth": 0, "test_time": "2025-04-24T11:57:09Z", "avg_ns": 1, "stddev_ns": 1, "avg_ts": 1, "stddev_ts": 1, "samples_ns": [1], "samples_ts": SAMPLES}""";

    [Fact]
    public void Tests_of_the_same_model_are_set_against_each_other_whatever_the_files_are_called()
    {
        using var folder = new TemporaryFolder();
        var a = folder.Write("a.jsonl", Line(512, 0, "[100, 101, 99]") + Line(0, 128, "[10, 10.4, 9.6]") + Line(4, 4, "[1]"));
        var other = (Line(512, 0, "[200, 201, 199]") + Line(0, 128, "[10.2, 9.9, 10.5]")).Replace("/m/q.gguf", "C:\\\\other.gguf").Replace("\"n_threads\": 8", "\"n_threads\": 4");
        var b = folder.Write("b.jsonl", other);
        var outcome = LatheProcess.Run("bench", "--compare", a, b);
        outcome.AssertSuccess();
        var lines = outcome.Output.TrimEnd().Split('\n');
        Assert.Equal(["model", "test", "a.jsonl t/s", "b.jsonl t/s", "speed-up", "95 %", "verdict"], Cells(lines[0]));
        Assert.Equal(["qwen2 7B Q4_K - Medium", "pp512", "100.00 ± 1.00", "200.00 ± 1.00", "2.000"], Cells(lines[2])[..5]);
        Assert.Equal(["faster", "noise"], lines[2..4].Select(line => Cells(line)[^1]));
        Assert.Contains("n_threads: 8 against 4", lines);
        Assert.Contains("1 test of a.jsonl without a counterpart", lines);
        var record = LatheProcess.Run("bench", "--compare", b, a, "-o", "json").Json[0];
        Assert.Equal(0.5, record.GetProperty("speedup").GetDouble(), 12);
        Assert.Equal("slower", record.GetProperty("verdict").GetString());
    }

    [Fact]
    public void A_setting_that_varies_in_a_file_is_part_of_the_test_and_repeated_runs_are_one()
    {
        using var folder = new TemporaryFolder();
        var one = Line(512, 0, "[100, 101, 99]");
        var two = one.Replace("\"n_threads\": 8", "\"n_threads\": 4").Replace("[100, 101, 99]", "[50, 51, 49]");
        var a = folder.Write("a.jsonl", one + two + two);
        var outcome = LatheProcess.Run("bench", "--compare", a, a, "-o", "json").Json;
        Assert.Equal([("n_threads 8", 100.0), ("n_threads 4", 50.0)], outcome.EnumerateArray().Select(record => (record.GetProperty("settings").GetString()!, record.GetProperty("avg_ts_baseline").GetDouble())));
        Assert.All(outcome.EnumerateArray(), record => Assert.Equal(1, record.GetProperty("speedup").GetDouble(), 12));
    }

    [Fact]
    public void The_command_reads_what_it_writes()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(Repository.Golden, "qwen2-q4_0.gguf");
        var files = new[] { "json", "jsonl" }.Select(format =>
            folder.Write($"r.{format}", LatheProcess.Run("bench", "-m", model, "-p", "8", "-n", "2", "-r", "2", "-o", format).Output)).ToList();
        var outcome = LatheProcess.Run("bench", "--compare", files[0], files[1], "-o", "jsonl");
        outcome.AssertSuccess();
        var records = outcome.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([(8, 0), (0, 2)], records.Select(record => (record.GetProperty("n_prompt").GetInt32(), record.GetProperty("n_gen").GetInt32())));
        Assert.All(records, record => Assert.True(record.GetProperty("speedup_low").GetDouble() <= record.GetProperty("speedup").GetDouble()));
    }

    [Theory]
    [InlineData("", "holds no results")]
    [InlineData("speed: good", "line 1: the line is not JSON")]
    [InlineData("[1]", "record 1: a Number where a record of results is expected")]
    [InlineData("""{"model_type": "m"}""", "line 1: there is no avg_ts")]
    [InlineData("""{"avg_ts": 0}""", "avg_ts is 0, expected tokens per second above 0")]
    [InlineData("""{"avg_ts": 5, "model_type": "m", "model_filename": "f", "model_size": "big"}""", "model_size is big, expected a whole number")]
    public void A_file_that_holds_no_results_is_one_sentence(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var good = folder.Write("good.jsonl", Line(512, 0, "[1, 2]"));
        LatheProcess.Run("bench", "--compare", good, folder.Write("bad.jsonl", text)).AssertFailure(expected);
    }

    [Fact]
    public void Files_without_a_test_in_common_are_one_sentence()
    {
        using var folder = new TemporaryFolder();
        LatheProcess.Run("bench", "--compare", folder.Write("a.jsonl", Line(512, 0, "[1, 2]")), folder.Write("b.jsonl", Line(256, 0, "[1, 2]"))).AssertFailure("have no test in common");
    }

    private static string Line(int prompt, int generated, string samples) =>
        LlamaBench.Replace("PROMPT", $"{prompt}").Replace("GEN", $"{generated}").Replace("SAMPLES", samples) + "\n";

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];
}

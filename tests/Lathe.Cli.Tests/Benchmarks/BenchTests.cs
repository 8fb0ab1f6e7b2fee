using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Lathe.Formats.Gguf;
using Lathe.Formats.Synthesis;
using Lathe.Tests.Shared;

namespace Lathe.Cli.Tests.Benchmarks;

public class BenchTests
{
    private static readonly string s_llama = Path.Combine(Repository.Golden, "llama-q8_0.gguf");
    private static readonly string s_qwen = Path.Combine(Repository.Golden, "qwen3-q6_k.gguf");

    /// <summary>The columns of llama-bench, and <c>use_mmap</c>, which its comparison still asks for.</summary>
    private static readonly string[] s_llamaBench =
    [
        "build_commit", "build_number", "cpu_info", "gpu_info", "backends", "model_filename", "model_type", "model_size", "model_n_params", "n_batch", "n_ubatch",
        "n_threads", "cpu_mask", "cpu_strict", "poll", "type_k", "type_v", "n_gpu_layers", "n_cpu_moe", "split_mode", "main_gpu", "no_kv_offload", "flash_attn",
        "devices", "tensor_split", "tensor_buft_overrides", "use_mmap", "load_mode", "embeddings", "no_op_offload", "no_host", "fit_target", "fit_min_ctx",
        "n_prompt", "n_gen", "n_depth", "test_time", "avg_ns", "stddev_ns", "avg_ts", "stddev_ts",
    ];

    [Fact]
    public void Lists_and_ranges_of_every_setting_are_combined_in_order()
    {
        var records = Bench(
            "-m", $"{s_llama},{s_qwen}", "-p", "0,4-16*2", "-n", "2", "-n", "3", "-pg", "5,1", "-d", "0-8+8", "-b", "8", "-ub", "4,64", "-t", "1", "-r", "1",
            "-ctk", "f16,f32", "-ctv", "f16,f32", "--no-warmup");
        var tests = new[] { 0, 8 }.SelectMany(depth => new[] { (4, 0, depth), (8, 0, depth), (16, 0, depth), (0, 2, depth), (0, 3, depth), (5, 1, depth) });

        // A forward pass never takes more than is submitted together.
        var expected = new[] { "llama-q8_0.gguf", "qwen3-q6_k.gguf" }.SelectMany(model => new[] { (4, "f16"), (4, "f32"), (8, "f16"), (8, "f32") }
            .SelectMany(setting => tests.Select(test => (model, 8, setting.Item1, setting.Item2, test))));
        Assert.Equal(expected, records.Select(record => (
            Path.GetFileName(record.GetProperty("model_filename").GetString()!), Number(record, "n_batch"), Number(record, "n_ubatch"), record.GetProperty("type_v").GetString()!,
            (Number(record, "n_prompt"), Number(record, "n_gen"), Number(record, "n_depth")))));
    }

    [Fact]
    public void A_record_has_llama_benchs_columns_first_and_figures_that_agree_with_each_other()
    {
        foreach (var record in Bench("-m", s_llama, "-p", "8", "-n", "2", "-r", "3", "-t", "1", "--route", "cpu.add.simd=off", "--roofline"))
        {
            var columns = record.EnumerateObject().Select(field => field.Name).ToList();
            Assert.Equal(s_llamaBench, columns[..s_llamaBench.Length]);
            var rates = Numbers(record, "samples_ts");
            var tokens = Number(record, "n_prompt") + Number(record, "n_gen");
            Assert.Equal(3, rates.Count);
            Assert.Equal(rates.Average(), record.GetProperty("avg_ts").GetDouble(), 6);
            Assert.Equal(Math.Sqrt(rates.Sum(rate => Math.Pow(rate - rates.Average(), 2)) / 2), record.GetProperty("stddev_ts").GetDouble(), 6);
            Assert.All(rates.Zip(Numbers(record, "samples_ns")), pair => Assert.Equal(tokens / pair.First, pair.Second / 1e9, 1e-8));
            Assert.Equal(("CPU", 1, "f16", "cpu.add.simd=off"), (Text(record, "backends"), Number(record, "n_threads"), Text(record, "type_k"), Text(record, "route_policy")));
            Assert.True(record.GetProperty("use_mmap").GetBoolean());
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", Text(record, "test_time"));
            Assert.All(
                ["load_ms", "compile_ms", "ttft_ms", "peak_memory_bytes", "multiply_adds_per_second", "bytes_per_second"],
                name => Assert.True(record.GetProperty(name).GetDouble() > 0, name));

            // A machine whose kernels all come with the program emits none.
            Assert.All(["kernels", "kernel_cache_hits", "kernel_compile_ms"], name => Assert.True(record.GetProperty(name).GetDouble() >= 0, name));

            // How large they are depends on what else runs: of the probe and of the test each has its own share of the machine.
            Assert.All(["int8_peak_share", "read_bandwidth_share"], name => Assert.True(record.GetProperty(name).GetDouble() > 0, name));
        }

        static string Text(JsonElement record, string name) => record.GetProperty(name).GetString()!;
    }

    [Fact]
    public void Single_tokens_allocate_nothing()
    {
        var record = Bench("-m", s_llama, "-p", "0", "-n", "2", "-r", "3", "-t", "1").Single();
        Assert.Equal(0, record.GetProperty("allocated_bytes").GetInt64());
    }

    [Theory]
    [InlineData("md")]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("sql")]
    public void Every_format_holds_every_test(string format)
    {
        var outcome = LatheProcess.Run("bench", "-m", s_llama, "-p", "8", "-n", "2", "-d", "0,8", "-r", "2", "-b", "16", "-o", format);
        outcome.AssertSuccess();
        var lines = outcome.Output.TrimEnd().Split('\n');
        switch (format)
        {
            case "md":
                Assert.Equal(2 + 4 + 2, lines.Length);
                Assert.All(lines[..6], line => Assert.Equal(lines[0].Length, line.Length));
                Assert.Equal(["model", "size", "params", "backend", "threads", "n_batch", "n_ubatch", "test", "t/s"], Cells(lines[0]));
                Assert.Equal(["pp8", "tg2", "pp8 @ d8", "tg2 @ d8"], lines[2..6].Select(line => Cells(line)[^2]));
                Assert.All(lines[2..6], line => Assert.Matches(@"^\d+\.\d\d ± \d+\.\d\d$", Cells(line)[^1]));
                Assert.Matches(@"^build: \S+ \(0\)$", lines[^1]);
                break;
            case "csv":
                Assert.Equal(1 + 4, lines.Length);
                Assert.Equal(s_llamaBench, lines[0].Split(',')[..s_llamaBench.Length]);
                Assert.All(lines[1..], line => Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length));
                Assert.All(lines[1..], line => Assert.Matches("^\"[^\"]*\"(,\"[^\"]*\")*$", line));
                break;
            case "json":
                Assert.Equal(4, outcome.Json.GetArrayLength());
                break;
            case "sql":
                Assert.Equal("CREATE TABLE IF NOT EXISTS llama_bench (", lines[0]);
                var columns = lines[1..Array.IndexOf(lines, ");")].Select(line => line.Trim().TrimEnd(',').Split(' ')).ToList();
                Assert.Equal(s_llamaBench, columns.Select(column => column[0]).Take(s_llamaBench.Length));
                Assert.All(columns, column => Assert.Matches("^(TEXT|INTEGER|REAL)$", column[1]));
                var inserts = lines.Where(line => line.StartsWith("INSERT INTO llama_bench (build_commit, ", StringComparison.Ordinal)).ToList();
                Assert.Equal(4, inserts.Count);
                Assert.All(inserts, line => Assert.Equal(columns.Count, line[line.IndexOf("VALUES", StringComparison.Ordinal)..].Split(", ").Length));
                Assert.All(inserts, line => Assert.EndsWith(");", line, StringComparison.Ordinal));
                break;
            default:
                Assert.Fail(format);
                break;
        }
    }

    [Fact]
    public void A_second_format_goes_to_standard_error()
    {
        var outcome = LatheProcess.Run("bench", "-m", s_llama, "-p", "8", "-n", "0", "-r", "1", "-o", "json", "-oe", "md");
        Assert.Equal(1, outcome.Json.GetArrayLength());
        Assert.StartsWith("| model ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plot_draws_a_line_per_test_over_the_depth()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("speed.svg");
        LatheProcess.Run("bench", "-m", s_llama, "-p", "4,8", "-n", "2", "-d", "0,8,16", "-r", "2", "--plot", path).AssertSuccess();
        var svg = XDocument.Load(path).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(ns + "svg", svg.Name);
        var texts = svg.Descendants(ns + "text").Select(text => text.Value).ToList();
        Assert.Equal(2, texts.Count(text => text is "prompt" or "generation"));
        Assert.Contains("prefers-color-scheme: dark", svg.Element(ns + "style")!.Value, StringComparison.Ordinal);
        Assert.All(["pp4 ", "pp8 ", "tg2 "], label => Assert.Single(texts, text => text.StartsWith(label, StringComparison.Ordinal)));

        // Each line runs through its three depths from left to right, inside the axes.
        var paths = svg.Descendants(ns + "path").Where(line => (string?)line.Attribute("class") == "line").Select(line => (string)line.Attribute("d")!).ToList();
        var lines = paths.Where(d => d.Contains('L')).Select(d => d[1..].Split('L').Select(point => point.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToList()).ToList();
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Equal([72, 404, 736], line.Select(point => point[0])));
        Assert.All(lines.SelectMany(line => line), point => Assert.InRange(point[1], 44, 284));
    }

    [Fact]
    public void A_frontier_walk_prints_the_curve_over_the_context()
    {
        using var folder = new TemporaryFolder();
        var plot = folder.File("walk.svg");
        var outcome = LatheProcess.Run("bench", "-m", s_llama, "--frontier", "16-64*2,80", "-n", "2", "-o", "csv", "--plot", plot);
        outcome.AssertSuccess();
        var lines = outcome.Output.TrimEnd().Split('\n');
        Assert.Equal("ctx_tokens,prefill_tokens,prefill_tps,gen_tokens,gen_tps,kvcache_bytes", lines[0]);
        var rows = lines[1..].Select(line => line.Split(',').Select(cell => double.Parse(cell.Trim('"'), CultureInfo.InvariantCulture)).ToArray()).ToList();
        Assert.Equal([(16, 16, 2), (32, 16, 2), (64, 32, 2), (80, 16, 2)], rows.Select(row => (row[0], row[1], row[3])));
        Assert.All(rows, row => Assert.True(row[2] > 0 && row[4] > 0));

        // A page of 64 tokens is full before a second one is taken.
        Assert.Equal([1, 1, 1, 2], rows.Select(row => row[5] / rows[0][5]));
        Assert.Equal(2, XDocument.Load(plot).Descendants().Count(text => text.Value is "prefill" or "generation" && text.Name.LocalName == "text"));
    }

    [Fact]
    public void A_walk_through_a_text_needs_a_vocabulary_and_enough_of_it()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("t.txt", "Once upon a time there was a little girl who walked through the forest.");
        var outcome = LatheProcess.Run("bench", "--frontier", "4,8", "-n", "1", "-f", text, "-o", "jsonl");
        outcome.AssertSuccess();
        Assert.Equal(2, outcome.Output.TrimEnd().Split('\n').Length);
        LatheProcess.Run("bench", "--frontier", "4000", "-n", "1", "-f", text).AssertFailure("but the last frontier is at 4000");
        LatheProcess.Run("bench", "-m", s_llama, "--frontier", "4", "-n", "1", "-f", text).AssertFailure("has no vocabulary");
    }

    [Fact]
    public void An_ablation_compares_a_route_with_what_takes_its_place()
    {
        var outcome = LatheProcess.Run("bench", "-m", s_llama, "-p", "8", "-n", "2", "-d", "0,16", "-r", "3", "--ablate", "cpu.store_kv.*");
        outcome.AssertSuccess();
        var lines = outcome.Output.TrimEnd().Split('\n');
        Assert.Equal(["test", "off t/s", "on t/s", "speed-up"], Cells(lines[0]));
        Assert.Equal(["pp8", "tg2", "pp8 @ d16", "tg2 @ d16"], lines[2..6].Select(line => Cells(line)[0]));
        Assert.All(lines[2..6], line => Assert.Matches(@"^\d+\.\d{3} \(\d+\.\d{3} to \d+\.\d{3}(, noise)?\)$", Cells(line)[3]));

        // Three repetitions of one batch and of two, at two depths, in every layer.
        var record = LatheProcess.Run("bench", "-m", s_llama, "-p", "8", "-n", "0", "-d", "0", "-r", "2", "--ablate", "cpu.store_kv.*", "-o", "json").Json[0];
        var layers = LatheProcess.Run("inspect", s_llama, "--json").Json.GetProperty("layers").GetInt32();
        Assert.Equal($"cpu.store_kv.simd × {3 * 2 * (1 + 2) * layers}", lines[^1].Split("ran: ")[1]);
        Assert.Equal(2 * layers, record.GetProperty("dispatches").GetInt32());
        Assert.Equal(record.GetProperty("avg_ts_on").GetDouble() / record.GetProperty("avg_ts_off").GetDouble(), record.GetProperty("speedup").GetDouble(), 9);
    }

    [Theory]
    [InlineData("cpu.matmul.q3_k*", "dispatch counters stayed at 0")]
    [InlineData("gpu.*", "matches no route")]
    public void An_ablation_of_routes_that_do_not_run_is_refused(string routes, string expected) =>
        LatheProcess.Run("bench", "-m", s_llama, "-p", "8", "-n", "0", "-d", "0", "-r", "1", "--ablate", routes).AssertFailure(expected);

    [Fact]
    public void A_cache_that_the_model_cannot_have_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var narrow = folder.File("m.gguf");
        new SyntheticModel(ModelPresets.Find("tiny-llama")! with { HeadDim = 48 }, GgmlType.F32).Write(narrow);
        LatheProcess.Run("bench", "-m", narrow, "-p", "4", "-n", "0", "-r", "1").AssertSuccess();
        LatheProcess.Run("bench", "-m", narrow, "-p", "4", "-n", "0", "-r", "1", "--kv", "q8_0").AssertFailure("a q8_0 KV cache needs heads of a multiple of 32 values, the model's have 48");
    }

    private static List<JsonElement> Bench(params string[] arguments)
    {
        var outcome = LatheProcess.Run(["bench", .. arguments, "-o", "jsonl"]);
        outcome.AssertSuccess();
        return [.. outcome.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    private static int Number(JsonElement record, string name) => record.GetProperty(name).GetInt32();

    private static List<double> Numbers(JsonElement record, string name) => [.. record.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}

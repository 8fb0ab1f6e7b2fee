using Lathe.Benchmarking;
using Lathe.Cpu;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Tests.Benchmarking;

public class BenchmarkTests
{
    [Fact]
    public void A_prompt_runs_once_to_warm_up_and_then_once_per_repetition_in_logical_batches_of_chunks()
    {
        using var model = new RecordedModel(new RecordingBackend([NamedRoute.Reference()]), chunkTokens: 32);
        using var benchmark = new Benchmark(model.Runtime, batchTokens: 48);
        var result = benchmark.Run(new BenchmarkTest(100, 0, 0), repetitions: 2);
        Assert.Equal(2, result.Samples.Count);

        // 100 tokens are batches of 48, 48 and 4; chunks of 32 cut the first two into 32 and 16.
        (int, int)[] once = [(0, 32), (32, 16), (48, 32), (80, 16), (96, 4)];
        Assert.Equal([.. once, .. once, .. once], model.Backend.Batches.Select(batch => (batch.Position, batch.Tokens.Length)));
        Assert.All(result.Samples, sample => Assert.InRange(sample.FirstTokenSeconds, double.Epsilon, sample.Seconds));
    }

    [Fact]
    public void Single_tokens_warm_up_with_one_and_follow_the_prompt_one_by_one()
    {
        using var model = new RecordedModel();
        using var benchmark = new Benchmark(model.Runtime);
        benchmark.Run(new BenchmarkTest(5, 3, 0), repetitions: 1);
        Assert.Equal([(0, 5), (5, 1), (0, 5), (5, 1), (6, 1), (7, 1)], model.Backend.Batches.Select(batch => (batch.Position, batch.Tokens.Length)));
        model.Backend.Batches.Clear();
        benchmark.Run(new BenchmarkTest(0, 2, 0), repetitions: 1, warmUp: false);
        Assert.Equal([(0, 1), (1, 1)], model.Backend.Batches.Select(batch => (batch.Position, batch.Tokens.Length)));
    }

    [Fact]
    public void The_depth_is_computed_once_and_a_deeper_test_adds_only_what_is_missing()
    {
        using var model = new RecordedModel();
        using var benchmark = new Benchmark(model.Runtime);
        benchmark.Run(new BenchmarkTest(0, 1, 40), repetitions: 2, warmUp: false);
        benchmark.Run(new BenchmarkTest(0, 1, 100), repetitions: 1, warmUp: false);
        benchmark.Run(new BenchmarkTest(0, 1, 20), repetitions: 1, warmUp: false);
        Assert.Equal([(0, 40), (40, 1), (40, 1), (40, 60), (100, 1), (20, 1)], model.Backend.Batches.Select(batch => (batch.Position, batch.Tokens.Length)));
    }

    [Fact]
    public void Every_repetition_has_tokens_of_its_own_and_every_run_the_same()
    {
        using var model = new RecordedModel();
        using (var benchmark = new Benchmark(model.Runtime))
        {
            benchmark.Run(new BenchmarkTest(16, 0, 0), repetitions: 2, warmUp: false);
        }

        using (var benchmark = new Benchmark(model.Runtime))
        {
            benchmark.Run(new BenchmarkTest(16, 0, 0), repetitions: 2, warmUp: false);
        }

        var tokens = model.Backend.Batches.Select(batch => batch.Tokens).ToList();
        Assert.NotEqual(tokens[0], tokens[1]);
        Assert.Equal(tokens[..2], tokens[2..]);
        Assert.All(tokens.SelectMany(batch => batch), token => Assert.InRange(token, 0, model.Model.HyperParameters.VocabularySize - 1));
    }

    [Fact]
    public void A_cancelled_test_leaves_the_benchmark_usable()
    {
        using var model = new RecordedModel();
        using var benchmark = new Benchmark(model.Runtime);
        var test = new BenchmarkTest(8, 2, 30);
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => benchmark.Run(test, 3, progress: _ => cancellation.Cancel(), cancellation: cancellation.Token));
        model.Backend.Batches.Clear();
        benchmark.Run(test, repetitions: 1, warmUp: false);
        Assert.Equal([(30, 8), (38, 1), (39, 1)], model.Backend.Batches.Select(batch => (batch.Position, batch.Tokens.Length)));
    }

    [Fact]
    public void Compiling_first_leaves_nothing_to_compile()
    {
        using var model = new RecordedModel();
        using var benchmark = new Benchmark(model.Runtime);
        var before = model.Backend.Kernels;
        benchmark.Compile([new BenchmarkTest(520, 1, 0)]);

        // Graphs for 512, 8 and 1 tokens.
        Assert.Equal(3, (model.Backend.Kernels - before).Compiled);
        benchmark.Run(new BenchmarkTest(520, 1, 0), repetitions: 1);
        Assert.Equal(3, (model.Backend.Kernels - before).Compiled);
    }

    /// <summary>From the shapes of the file: each matrix is read once for each single token, and so is what the cache holds before it.</summary>
    [Fact]
    public void What_must_be_computed_and_read_follows_from_the_model()
    {
        using var model = new RecordedModel();
        using var benchmark = new Benchmark(model.Runtime);
        var test = new BenchmarkTest(0, 2, 10);
        var result = benchmark.Run(test, 1);
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "llama-q8_0.gguf"));
        var products = file.Tensors.Where(tensor => tensor.Shape.Rank == 2 && tensor.Name != "token_embd.weight").ToList();
        Assert.True(file.TryGetTensor("output.weight", out _), "the sum below needs a model whose output matrix is its own");
        Assert.Equal(2.0 * products.Sum(tensor => tensor.Shape.ElementCount), result.MultiplyAdds);
        var h = model.Model.HyperParameters;
        var cachedToken = h.LayerCount * h.KvHeadCount * (h.HeadDim + h.ValueDim) * 2.0;
        Assert.Equal((2.0 * products.Sum(tensor => tensor.ByteSize)) + (cachedToken * (11 + 12)), result.ReadBytes, 1e-6);
    }

    /// <summary>A model with windows reads no more of its cache than they show.</summary>
    [Fact]
    public void A_window_bounds_what_a_single_token_reads()
    {
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "gpt-oss-q8_0-mxfp4.gguf"));
        var model = Model.Load(file);
        var windows = model.Graph.Nodes.OfType<Lathe.Engine.Graphs.AttentionNode>().Select(node => node.Attention.Window).ToList();
        var window = windows.Max()!.Value;
        using var backend = new RecordingBackend([NamedRoute.Reference()]);
        using var runtime = new ModelRuntime(model, backend, new RuntimeOptions { ContextLength = 4 * window });
        using var benchmark = new Benchmark(runtime);
        var near = benchmark.Run(new BenchmarkTest(0, 1, window - 1), 1).ReadBytes;
        var far = benchmark.Run(new BenchmarkTest(0, 1, (2 * window) - 1), 1).ReadBytes;
        var layerBytes = runtime.Pool.Storage.Layout.LayerBytes / (double)KvLayout.PageTokens;
        Assert.Equal(windows.Count(length => length is null) * layerBytes * window, far - near, 1e-6);
    }

    [Fact]
    public void A_real_model_is_timed()
    {
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "qwen2-q4_0.gguf"));
        using var backend = new CpuBackend(1);
        using var runtime = new ModelRuntime(Model.Load(file), backend, new RuntimeOptions { ContextLength = 256 });
        using var benchmark = new Benchmark(runtime);
        var result = benchmark.Run(new BenchmarkTest(0, 8, 16), repetitions: 3);
        Assert.All(result.TokensPerSecond, rate => Assert.True(rate > 0));
        Assert.Equal(result.TokensPerSecond.Average(), result.Rate.Mean);
    }
}

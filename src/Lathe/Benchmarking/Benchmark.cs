using System.Diagnostics;
using Lathe.Engine.Inference;

namespace Lathe.Benchmarking;

/// <summary>Measures prompt and generation speed the way llama-bench does: random token ids, no tokeniser, no sampling; what stands before the
/// measured tokens is computed outside the timer. One session serves all tests: a test at a depth extends or rolls back what the one before it
/// left, so that a rising list of depths costs no more than its deepest. The model's graphs must not run elsewhere meanwhile.</summary>
public sealed class Benchmark : IDisposable
{
    // Fixed seeds: two builds, or two policies, are measured on the same tokens, which decide the experts of a mixture.
    private const int ContextSeed = 1;
    private const int FirstTestSeed = 2;

    private readonly ModelRuntime _runtime;
    private readonly int _batchTokens;
    private readonly TestCost _cost;
    private readonly Session _session;
    private readonly Random _context = new(ContextSeed);
    private readonly List<int> _contextTokens = [];

    /// <param name="runtime">The model on its device; its context holds the deepest test.</param>
    /// <param name="batchTokens">Prompt tokens that are submitted together (the logical batch); the runtime computes them in chunks of its own.</param>
    public Benchmark(ModelRuntime runtime, int batchTokens = 2048)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchTokens);
        _runtime = runtime;
        _batchTokens = batchTokens;
        _cost = new TestCost(runtime);
        _session = runtime.CreateSession();
    }

    /// <summary>Runs a test.</summary>
    /// <param name="repetitions">Measured repetitions.</param>
    /// <param name="warmUp">Whether the whole prompt and one single token run once before.</param>
    /// <param name="progress">Told how many repetitions are done: 0 before the first, and after each.</param>
    /// <exception cref="OperationCanceledException">The benchmark stays usable.</exception>
    public BenchmarkResult Run(
        BenchmarkTest test, int repetitions, bool warmUp = true, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repetitions);
        Prepare(test, warmUp, cancellation);
        var samples = new BenchmarkSample[repetitions];
        progress?.Invoke(0);
        for (var i = 0; i < repetitions; i++)
        {
            samples[i] = Measure(test, i, cancellation);
            progress?.Invoke(i + 1);
        }

        return Result(test, samples);
    }

    /// <summary>Brings the session to the test's depth and, if asked to, warms up.</summary>
    public void Prepare(BenchmarkTest test, bool warmUp, CancellationToken cancellation = default)
    {
        while (_contextTokens.Count < test.Depth)
        {
            _contextTokens.Add(RandomToken(_context));
        }

        _session.Rollback(Math.Min(_session.Length, test.Depth));
        _session.Append(_contextTokens[_session.Length..test.Depth].ToArray(), cancellation);
        if (warmUp)
        {
            Measure(test with { GeneratedTokens = Math.Min(1, test.GeneratedTokens) }, repetition: 0, cancellation);
        }
    }

    /// <summary>Measures one repetition at the depth of <see cref="Prepare"/>, and leaves the session at that depth.</summary>
    /// <param name="repetition">Which one: each has tokens of its own, the same ones in every run.</param>
    public BenchmarkSample Measure(BenchmarkTest test, int repetition, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var random = new Random(FirstTestSeed + repetition);
        var prompt = RandomTokens(random, test.PromptTokens);
        var generated = RandomTokens(random, test.GeneratedTokens);
        try
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            for (var at = 0; at < prompt.Length; at += _batchTokens)
            {
                _session.Append(prompt.AsMemory(at, Math.Min(_batchTokens, prompt.Length - at)), cancellation);
            }

            var first = Stopwatch.GetElapsedTime(start).TotalSeconds;
            for (var i = 0; i < generated.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                _session.Append(generated[i]);
                if (i == 0 && prompt.Length == 0)
                {
                    first = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }

            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new BenchmarkSample(seconds, first, GC.GetTotalAllocatedBytes(precise: true) - allocated);
        }
        finally
        {
            _session.Rollback(test.Depth);
        }
    }

    /// <summary>Measured repetitions together with what the test must compute and read.</summary>
    public BenchmarkResult Result(BenchmarkTest test, IReadOnlyList<BenchmarkSample> samples) =>
        new(test, samples, _cost.MultiplyAdds(test), _cost.ReadBytes(test, BatchSizes(test.PromptTokens).Count()));

    /// <summary>Compiles every graph that the measured part of the tests runs, so that no compilation falls into the timer.</summary>
    /// <returns>The time it took: to choose routes, make kernels and plan memory.</returns>
    public TimeSpan Compile(IEnumerable<BenchmarkTest> tests)
    {
        var watch = Stopwatch.StartNew();
        foreach (var tokens in tests.SelectMany(test => BatchSizes(test.PromptTokens).Append(Math.Min(1, test.GeneratedTokens))).Where(tokens => tokens > 0).Distinct())
        {
            _runtime.GraphFor(tokens, outputs: 1);
        }

        return watch.Elapsed;
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Tokens of each batch that a prompt runs in: logical batches, each cut into the runtime's chunks.</summary>
    private IEnumerable<int> BatchSizes(int promptTokens)
    {
        for (var start = 0; start < promptTokens; start += _batchTokens)
        {
            for (var rest = Math.Min(_batchTokens, promptTokens - start); rest > 0; rest -= _runtime.ChunkTokens)
            {
                yield return Math.Min(rest, _runtime.ChunkTokens);
            }
        }
    }

    private int[] RandomTokens(Random random, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = RandomToken(random);
        }

        return tokens;
    }

    private int RandomToken(Random random) => random.Next(_runtime.Model.HyperParameters.VocabularySize);
}

using System.Diagnostics;
using Lathe.Engine.Inference;

namespace Lathe.Cli.Benchmarks;

/// <summary>Times a model the way the field does: random tokens, no tokeniser, no sampling, a warm-up outside the timer.</summary>
internal sealed class BenchRunner(ModelRuntime runtime, int repetitions, bool warmUp)
{
    private readonly Random _random = new(1);

    /// <summary>Compiles the kernels and graphs that the tests will run.</summary>
    /// <returns>How long that took.</returns>
    public TimeSpan Compile(IReadOnlyList<BenchTest> tests)
    {
        var watch = Stopwatch.StartNew();
        foreach (var test in tests)
        {
            var batches = new[] { test.PromptTokens, test.GeneratedTokens > 0 ? 1 : 0, test.Depth };
            foreach (var tokens in batches.Where(tokens => tokens > 0))
            {
                runtime.GraphFor(Math.Min(tokens, runtime.ChunkTokens), outputs: 1);
            }
        }

        return watch.Elapsed;
    }

    /// <param name="test">What to time.</param>
    /// <param name="advanced">Called after each repetition.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public BenchResult Run(BenchTest test, Action advanced, CancellationToken cancellation)
    {
        var started = DateTimeOffset.UtcNow;
        if (warmUp)
        {
            using var session = runtime.CreateSession();
            Compute(session, test with { GeneratedTokens = Math.Min(1, test.GeneratedTokens) }, cancellation);
        }

        // The context before the test is computed once; each repetition goes on from a copy that shares its pages.
        using var context = runtime.CreateSession();
        if (test.Depth > 0)
        {
            context.Append(RandomTokens(test.Depth), cancellation);
        }

        var times = new List<long>();
        for (var i = 0; i < repetitions; i++)
        {
            using var session = context.Fork();
            times.Add(Compute(session, test, cancellation));
            advanced();
        }

        return new BenchResult(test, started, times);
    }

    private long Compute(Session session, BenchTest test, CancellationToken cancellation)
    {
        var prompt = RandomTokens(test.PromptTokens);
        var generated = RandomTokens(test.GeneratedTokens);
        var start = Stopwatch.GetTimestamp();
        if (prompt.Length > 0)
        {
            session.Append(prompt, cancellation);
        }

        foreach (var token in generated)
        {
            cancellation.ThrowIfCancellationRequested();
            session.Append(token);
        }

        return (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    private int[] RandomTokens(int count)
    {
        var tokens = new int[count];
        foreach (ref var token in tokens.AsSpan())
        {
            token = _random.Next(runtime.Model.HyperParameters.VocabularySize);
        }

        return tokens;
    }
}

using System.Diagnostics;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Benchmarking;

/// <summary>Measures prompt and generation speed the way llama-bench does: random tokens, no tokeniser, no sampling; what stands before the
/// measured tokens is computed outside the timer.</summary>
public sealed class Benchmark(LatheModel model)
{
    private readonly GraphCost _cost = GraphCost.Of(model.Runtime.Model.Graph);
    private readonly Random _random = new(1);

    /// <summary>Runs a test.</summary>
    /// <param name="repetitions">Measured repetitions, after one that warms up.</param>
    /// <param name="progress">Told after each repetition how many are done.</param>
    public BenchmarkResult Run(BenchmarkTest test, int repetitions, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        using var session = model.CreateSession();
        if (test.Depth > 0)
        {
            session.Append(RandomTokens(test.Depth), cancellation);
        }

        var prompt = RandomTokens(test.PromptTokens);
        var generated = RandomTokens(test.GeneratedTokens);
        Measure(session, prompt, generated[..Math.Min(1, generated.Length)], cancellation);
        session.Rollback(test.Depth);

        var seconds = new double[repetitions];
        long allocated = 0;
        for (var i = 0; i < repetitions; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            seconds[i] = Measure(session, prompt, generated, cancellation);
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
            session.Rollback(test.Depth);
            progress?.Invoke(i + 1);
        }

        return new BenchmarkResult(test, seconds, MultiplyAdds(test), ReadBytes(test), allocated);
    }

    private static double Measure(Session session, int[] prompt, int[] generated, CancellationToken cancellation)
    {
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

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private int[] RandomTokens(int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = _random.Next(model.Tokenizer.VocabularySize);
        }

        return tokens;
    }

    private double MultiplyAdds(BenchmarkTest test) =>
        (_cost.MultiplyAddsPerToken * (test.PromptTokens + test.GeneratedTokens))
        + (_cost.MultiplyAddsPerOutput * (test.GeneratedTokens + (test.PromptTokens > 0 ? 1 : 0)));

    private double ReadBytes(BenchmarkTest test)
    {
        var batches = test.GeneratedTokens + ((test.PromptTokens + model.Runtime.ChunkTokens - 1) / model.Runtime.ChunkTokens);
        var layout = model.Runtime.Pool.Storage.Layout;
        var bytesPerToken = layout.PageBytes / (double)KvLayout.PageTokens;

        // A decoded token reads the cache before it: on average the depth, the prompt and half of what is generated.
        var cached = test.Depth + test.PromptTokens + (test.GeneratedTokens / 2.0);
        return (_cost.WeightBytes * batches) + (bytesPerToken * cached * test.GeneratedTokens);
    }
}

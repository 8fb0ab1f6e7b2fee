using System.Diagnostics;
using Lathe.Engine.Inference;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Benchmarking;

/// <summary>Walks one long prompt and measures at each frontier how fast the prompt came there and how fast tokens are generated there: the whole
/// curve over the context in one pass. What is generated is rolled back, so the walk goes on as if it had not been.</summary>
/// <param name="runtime">The model on its device.</param>
/// <param name="endOfGeneration">Tokens that are never generated, so that every frontier generates as many.</param>
public sealed class FrontierWalk(ModelRuntime runtime, IReadOnlySet<int>? endOfGeneration = null)
{
    private readonly IReadOnlySet<int> _endOfGeneration = endOfGeneration ?? new HashSet<int>();

    /// <summary>Walks; each point is measured as it is asked for.</summary>
    /// <param name="session">An empty session of the runtime.</param>
    /// <param name="prompt">At least as many tokens as the last frontier.</param>
    /// <param name="frontiers">Rising lengths of context, the first above 0.</param>
    /// <param name="generatedTokens">Tokens to generate greedily at each frontier.</param>
    public IEnumerable<FrontierPoint> Walk(
        Session session, ReadOnlyMemory<int> prompt, IReadOnlyList<int> frontiers, int generatedTokens, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(generatedTokens);
        if (frontiers.Count == 0 || frontiers[0] <= 0 || frontiers.Zip(frontiers.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new ArgumentException("frontiers must rise, from above 0 on", nameof(frontiers));
        }

        if (prompt.Length < frontiers[^1])
        {
            throw new ArgumentException($"the prompt has {prompt.Length} tokens, the last frontier is at {frontiers[^1]}", nameof(prompt));
        }

        WarmUp(session, prompt[..Math.Min(runtime.ChunkTokens, frontiers[0])], cancellation);
        var pageBytes = runtime.Pool.Storage.Layout.PageBytes;
        foreach (var frontier in frontiers)
        {
            var before = session.Length;
            var start = Stopwatch.GetTimestamp();
            session.Append(prompt[before..frontier], cancellation);
            var prefill = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var cache = runtime.Pool.PagesInUse * pageBytes;

            start = Stopwatch.GetTimestamp();
            Generate(session, generatedTokens, cancellation);
            var generation = Stopwatch.GetElapsedTime(start).TotalSeconds;
            session.Rollback(frontier);
            yield return new FrontierPoint(frontier, frontier - before, prefill, generatedTokens, generation, cache);
        }
    }

    /// <summary>Compiles the kernels and wakes the threads, which the first frontier would otherwise pay for.</summary>
    private void WarmUp(Session session, ReadOnlyMemory<int> tokens, CancellationToken cancellation)
    {
        session.Append(tokens, cancellation);
        Generate(session, Math.Min(1, runtime.ContextLength - tokens.Length), cancellation);
        session.Rollback(0);
    }

    private void Generate(Session session, int count, CancellationToken cancellation)
    {
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var logits = session.Logits;
            foreach (var token in _endOfGeneration)
            {
                logits[token] = float.NegativeInfinity;
            }

            var best = ArgMax.Of(logits);
            session.Append(best >= 0 ? best : throw new InvalidOperationException("the model's logits are not numbers"));
        }
    }
}

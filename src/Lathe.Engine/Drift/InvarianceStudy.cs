using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Engine.Drift;

/// <summary>Computes the same tokens in different ways: cut into chunks of different sizes, with different numbers of threads, alone or beside others. In
/// exact arithmetic nothing of that matters.</summary>
/// <param name="createBackend">Makes a device with that many threads; the study disposes it.</param>
/// <param name="options">How the model is run.</param>
public sealed class InvarianceStudy(Model model, Func<int, Backend> createBackend, RuntimeOptions options)
{
    private const int ComparedTokens = 8;
    private const int Neighbours = 3;

    private static readonly int[] s_chunks = [1, 7, 128, 129];

    /// <summary>Compares each way with the first: all tokens together, one thread, alone.</summary>
    /// <param name="tokens">The tokens to compute, more than 129 for every chunk size to differ from the others.</param>
    public IReadOnlyList<InvarianceResult> Run(ReadOnlyMemory<int> tokens, CancellationToken cancellation = default)
    {
        var results = new List<InvarianceResult>();
        List<float[]>? first = null;
        for (var threads = 1; threads <= 4; threads++)
        {
            using var backend = createBackend(threads);
            using var runtime = new ModelRuntime(model, backend, options with
            {
                ContextLength = tokens.Length,
                KvPages = (Neighbours + 1) * ((tokens.Length / KvLayout.PageTokens) + 1),
            });
            var whole = Compute(runtime, tokens, tokens.Length, neighbours: 0, cancellation);
            if (first is null)
            {
                first = whole;
                foreach (var chunk in s_chunks.Where(chunk => chunk < tokens.Length))
                {
                    Add($"chunks of {chunk}", Compute(runtime, tokens, chunk, neighbours: 0, cancellation));
                }

                Add($"beside {Neighbours} others", Compute(runtime, tokens, Math.Min(64, tokens.Length), Neighbours, cancellation));
            }
            else
            {
                Add($"{threads} threads", whole);
                Add($"{threads} threads, chunks of 1", Compute(runtime, tokens, 1, neighbours: 0, cancellation));
                Add($"{threads} threads, chunks of 7, beside {Neighbours} others", Compute(runtime, tokens, 7, Neighbours, cancellation));
            }
        }

        return results;

        void Add(string way, List<float[]> logits)
        {
            var meter = new DriftMeter();
            for (var i = 0; i < first!.Count; i++)
            {
                meter.Add(first[i], logits[i]);
            }

            results.Add(new InvarianceResult(way, meter.Result()));
        }
    }

    /// <summary>The logits after the last tokens.</summary>
    private static List<float[]> Compute(ModelRuntime runtime, ReadOnlyMemory<int> tokens, int chunk, int neighbours, CancellationToken cancellation)
    {
        var logits = new List<float[]>();
        var others = Enumerable.Range(0, neighbours).Select(_ => runtime.CreateSession()).ToArray();
        using var session = runtime.CreateSession();
        try
        {
            var step = Math.Min(chunk, runtime.ChunkTokens);
            for (var start = 0; start < tokens.Length; start += step)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(step, tokens.Length - start);
                var outputs = Math.Clamp(start + count - (tokens.Length - ComparedTokens), 0, count);
                var own = new SessionTokens(session, tokens.Slice(start, count), outputs);

                // The neighbours hold other tokens, in lengths of their own, on both sides of the session in the batch.
                SessionTokens[] work =
                    [.. others.Select((other, i) => new SessionTokens(other, tokens.Slice(i + 1, Math.Min(i + 1, tokens.Length - i - 1)), 1)).Where(_ => Fits(others[0], tokens.Length))];
                Session.AppendTogether(
                    work.Length == 0 ? [own] : [work[0], own, .. work[1..]],
                    (from, _, row) =>
                    {
                        if (ReferenceEquals(from, session))
                        {
                            logits.Add(row.ToArray());
                        }
                    });
            }
        }
        finally
        {
            foreach (var other in others)
            {
                other.Dispose();
            }
        }

        return logits;
    }

    /// <summary>True while every neighbour has room for a few tokens more.</summary>
    private static bool Fits(Session shortest, int contextLength) => (shortest.Length + 1) * Neighbours <= contextLength;
}

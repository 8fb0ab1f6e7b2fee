using Lathe.Engine.Inference;
using Lathe.Engine.Inference.Sampling;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>A model under one setting, compiled once and run over fixtures.</summary>
public sealed class DriftSubject : IDisposable
{
    private readonly Backend _backend;
    private readonly ModelRuntime _runtime;
    private readonly LayerTap? _tap;

    /// <param name="tapLayers">True to keep the residual stream behind each layer.</param>
    /// <param name="probe">Another probe, or null.</param>
    public DriftSubject(Model model, Backend backend, DriftSetting setting, int contextLength, bool tapLayers = false, GraphProbe? probe = null)
    {
        _backend = backend;
        _tap = tapLayers ? new LayerTap() : null;
        _runtime = new ModelRuntime(model, backend, new RuntimeOptions
        {
            Policy = setting.Policy,
            KvElementType = setting.KvElementType,
            BatchInvariant = setting.BatchInvariant,
            ContextLength = contextLength,
            Probe = _tap is null ? probe : probe is null ? _tap : new ProbeChain(_tap, probe),
        });
    }

    /// <summary>The route that the setting chooses for each node, by the place of the node in the graph: for one token, then for as many as each of the
    /// fixtures computes together, for decode and prefill may have routes of their own.</summary>
    public IReadOnlyList<Route> RoutesFor(IReadOnlyList<DriftFixture> fixtures) =>
    [
        .. fixtures
            .Select(fixture => Math.Min(Math.Min(fixture.Tokens.Length, fixture.ChunkTokens), _runtime.ChunkTokens))
            .Prepend(1)
            .SelectMany(tokens => _runtime.GraphFor(tokens, Math.Min(tokens, DriftFixture.ComparedTokens)).Assignments)
            .Select(assignment => assignment.Route),
    ];

    /// <summary>Computes the prompt and decodes behind it.</summary>
    /// <param name="forced">The tokens to decode; null for the most probable ones.</param>
    public DriftRun Run(DriftFixture fixture, IReadOnlyList<int>? forced, CancellationToken cancellation = default)
    {
        var before = DispatchRecord.Take(_backend.Routes);
        var logits = new List<float[]>();
        using var session = _runtime.CreateSession();
        var tokens = fixture.Tokens;
        var firstCompared = Math.Max(0, tokens.Length - DriftFixture.ComparedTokens);
        var chunk = Math.Min(fixture.ChunkTokens, _runtime.ChunkTokens);
        for (var start = 0; start < tokens.Length; start += chunk)
        {
            var count = Math.Min(chunk, tokens.Length - start);
            Append(tokens.Slice(start, count), Math.Clamp(start + count - firstCompared, 0, count));
        }

        var layers = _tap?.Take() ?? [];
        var promptRows = logits.Count;
        var decoded = new List<int>();
        for (var i = 0; i < DriftFixture.DecodedTokens; i++)
        {
            // Logits without a finite value have no most probable token; any will do, the run is lost.
            decoded.Add(forced?[i] ?? Math.Max(0, ArgMax.Of(logits[^1])));
            Append(new[] { decoded[^1] }, outputs: 1);
        }

        return new DriftRun(fixture, logits, promptRows, decoded, layers, DispatchRecord.Take(_backend.Routes).Since(before));

        void Append(ReadOnlyMemory<int> next, int outputs)
        {
            cancellation.ThrowIfCancellationRequested();
            var work = new SessionTokens(session, next, outputs);
            Session.AppendTogether(new ReadOnlySpan<SessionTokens>(in work), (_, _, row) => logits.Add(row.ToArray()));
        }
    }

    public void Dispose() => _runtime.Dispose();
}

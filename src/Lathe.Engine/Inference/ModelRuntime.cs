using Lathe.Engine.Models;

namespace Lathe.Engine.Inference;

/// <summary>A model on a device: compiled graphs by shape, and the pool of KV pages that all sessions share. Thread-safe: runs of different
/// sessions follow each other.</summary>
public sealed class ModelRuntime : IDisposable
{
    // Prompts come in any length; a few capacities serve them all, and each is compiled when it is first needed.
    private static readonly int[] s_tokenCapacities = [1, 8, 64, 512];

    private readonly Dictionary<GraphShape, CompiledGraph> _graphs = [];
    private readonly Dictionary<GraphShape, Batch> _batches = [];
    private readonly KvStorage _storage;

    public ModelRuntime(Model model, Backend backend, RuntimeOptions options)
    {
        Model = model;
        Backend = backend;
        Options = options;
        var h = model.HyperParameters;
        ContextLength = options.ContextLength ?? h.ContextLength;
        _storage = backend.CreateKvStorage(new KvLayout(h.LayerCount, h.KvHeadCount, h.HeadDim, h.ValueDim, options.KvElementType));
        var pages = options.KvPages ?? ((ContextLength + KvLayout.PageTokens - 1) / KvLayout.PageTokens) + 1;
        Pool = new KvPool(_storage, pages);
    }

    public Model Model { get; }

    public Backend Backend { get; }

    public RuntimeOptions Options { get; }

    /// <summary>Most tokens in one session.</summary>
    public int ContextLength { get; }

    /// <summary>The largest number of prompt tokens that one batch takes.</summary>
    public int ChunkTokens => Math.Min(Options.ChunkTokens, s_tokenCapacities[^1]);

    public KvPool Pool { get; }

    /// <summary>Held while pages are taken or released and while a graph runs.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The compiled graph for a batch of this size; compiles it on first use.</summary>
    public CompiledGraph GraphFor(int tokens, int outputs)
    {
        var shape = new GraphShape(CapacityFor(tokens), CapacityFor(Math.Max(outputs, 1)));
        if (!_graphs.TryGetValue(shape, out var graph))
        {
            var options = new CompileOptions { Policy = Options.Policy, BatchInvariant = Options.BatchInvariant, Probe = Options.Probe };
            graph = Backend.Compile(Model.Graph, shape, _storage, options);
            _graphs.Add(shape, graph);
            _batches.Add(shape, new Batch(shape));
        }

        return graph;
    }

    /// <summary>An empty batch for a graph of <see cref="GraphFor"/>.</summary>
    public Batch BatchFor(CompiledGraph graph)
    {
        var batch = _batches[graph.Shape];
        batch.Clear();
        return batch;
    }

    /// <summary>A new, empty session.</summary>
    public Session CreateSession() => new(this);

    public void Dispose()
    {
        foreach (var graph in _graphs.Values)
        {
            graph.Dispose();
        }

        Pool.Dispose();
    }

    private static int CapacityFor(int count)
    {
        foreach (var capacity in s_tokenCapacities)
        {
            if (capacity >= count)
            {
                return capacity;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(count), count, $"a batch holds at most {s_tokenCapacities[^1]} tokens");
    }
}

using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Inference;

/// <summary>A graph with a route chosen for each node and buffers bound, ready to be run again and again.</summary>
public abstract class CompiledGraph(GraphShape shape, int vocabularySize) : IDisposable
{
    /// <summary>The largest batch it takes.</summary>
    public GraphShape Shape { get; } = shape;

    public int VocabularySize { get; } = vocabularySize;

    /// <summary>Which route runs which node, in the order of execution.</summary>
    public abstract IReadOnlyList<(GraphNode Node, Route Route)> Assignments { get; }

    /// <summary>Barriers that the threads cross in one run.</summary>
    public abstract int BarrierCount { get; }

    /// <summary>Bytes of activations.</summary>
    public abstract long ArenaBytes { get; }

    /// <summary>Runs the batch: extends the KV pages of its sequences (without counting the tokens as held) and fills the logits.</summary>
    public abstract void Run(Batch batch);

    /// <summary>Logits of one output of the last run: <c>[vocabulary]</c>. Valid until the next run.</summary>
    public abstract Span<float> Logits(int output);

    /// <summary>Token of the highest logit of the only output of the last run, as <see cref="Sampling.ArgMax"/> finds it, where the graph looks for it as it makes the logits; otherwise null.</summary>
    public virtual int? TopToken => null;

    public abstract void Dispose();
}

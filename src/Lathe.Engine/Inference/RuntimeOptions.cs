using Lathe.Engine.Routing;

namespace Lathe.Engine.Inference;

/// <summary>How a model is run.</summary>
public sealed record RuntimeOptions
{
    /// <summary>Which routes run.</summary>
    public RoutePolicy Policy { get; init; } = RoutePolicy.Default;

    /// <summary>How the KV cache stores values.</summary>
    public KvElementType KvElementType { get; init; } = KvElementType.F16;

    /// <summary>Most tokens in a session; null for what the model was trained for.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Most KV pages of all sessions together; null for one session of full length. Pages take memory only once used.</summary>
    public int? KvPages { get; init; }

    /// <summary>Prompt tokens per batch.</summary>
    public int ChunkTokens { get; init; } = 512;

    /// <summary>True if results must not depend on how tokens are batched or on the number of threads, to the last bit; it costs speed.</summary>
    public bool BatchInvariant { get; init; }

    /// <summary>Sees what the nodes of the graph make, or null.</summary>
    public GraphProbe? Probe { get; init; }
}

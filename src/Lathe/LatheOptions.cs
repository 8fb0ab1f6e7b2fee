using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe;

/// <summary>How a model is loaded and run.</summary>
public sealed record LatheOptions
{
    /// <summary>Threads that compute; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Which routes run; see the routes chapter of the documentation.</summary>
    public RoutePolicy Policy { get; init; } = RoutePolicy.Create(environment: Environment.GetEnvironmentVariable(RoutePolicy.EnvironmentVariable));

    /// <summary>Told once for each fast route that turns out unusable, with one sentence; the next route takes over.</summary>
    public Action<Route, string>? RouteFailed { get; init; }

    /// <summary>How the KV cache stores values; null for f16, or f32 under a quality policy.</summary>
    public KvElementType? KvElementType { get; init; }

    /// <summary>Most tokens in one session; null for what the model was trained for.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Most KV pages of all sessions together; null for enough for four sessions of full length. Pages take memory once they are used.</summary>
    public int? KvPages { get; init; }

    /// <summary>Prompt tokens per batch.</summary>
    public int ChunkTokens { get; init; } = 512;

    /// <summary>True if results must not depend on how tokens are batched or on the number of threads, to the last bit; it costs speed.</summary>
    public bool BatchInvariant { get; init; }
}

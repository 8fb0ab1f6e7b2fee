namespace Lathe.Engine.Drift;

/// <summary>What a bisection found.</summary>
/// <param name="Baseline">All fast routes of the candidate against the reference.</param>
/// <param name="Without">The candidate without one route, route by route.</param>
/// <param name="Only">The reference with one fast route, route by route; worst first.</param>
/// <param name="Layers">The search through the layers for the route that drifts most.</param>
/// <param name="RouteId">That route, or null if nothing drifts.</param>
/// <param name="Layer">The layer in which it drifts most, -1 outside the layers, or null if nothing drifts.</param>
/// <param name="LayerShare">Which share of the route's rms that layer has by itself: near 1 if the cause is in this layer, small if it is spread over all.</param>
/// <param name="Nodes">The route against the reference on the same inputs, node by node of that layer.</param>
public sealed record BisectionReport(
    BisectionStep Baseline,
    IReadOnlyList<BisectionStep> Without,
    IReadOnlyList<BisectionStep> Only,
    IReadOnlyList<BisectionStep> Layers,
    string? RouteId,
    int? Layer,
    double LayerShare,
    IReadOnlyList<NodeDifference> Nodes);

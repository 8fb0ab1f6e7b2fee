using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>Runs the reference on the inputs of every node that a route computes, and keeps how far the two are apart. Unlike a comparison of logits it sees
/// the error of each kernel by itself, before it has gone through other layers.</summary>
public sealed class RouteComparator : GraphProbe
{
    private readonly RouteRule _rule;
    private readonly double _maxAbs;
    private readonly double _rms;
    private readonly Dictionary<(string Node, int Value, string RouteId), NodeDifference> _nodes = [];
    private readonly List<NodeDifference> _inOrder = [];

    /// <param name="selector">Which routes: <c>PATTERN[@layers=A-B]</c>.</param>
    /// <param name="maxAbs">Largest difference that a value may have, or null for any.</param>
    /// <param name="rms">Largest rms that the differences of one row may have, or null for any.</param>
    /// <exception cref="RouteException">The selector cannot be read.</exception>
    public RouteComparator(string selector, double? maxAbs = null, double? rms = null)
    {
        var at = selector.IndexOf('@');
        _rule = RouteRule.Parse(at < 0 ? $"{selector}=on" : $"{selector[..at]}=on{selector[at..]}");
        _maxAbs = maxAbs ?? double.PositiveInfinity;
        _rms = rms ?? double.PositiveInfinity;
    }

    /// <summary>The nodes that were compared, each with the route that computed it, in the order in which they first ran.</summary>
    public IReadOnlyList<NodeDifference> Nodes => _inOrder;

    /// <summary>The first breach of a limit, as a sentence; nothing is compared after it.</summary>
    public string? Breach { get; private set; }

    public override ProbeRequest RequestFor(GraphNode node, Route route, bool isLastOfLayer) =>
        !route.IsReference && _rule.Matches(route.Id, node.Layer) ? ProbeRequest.OutputAndReference : ProbeRequest.Nothing;

    public override void Show(GraphNode node, Route route, int row, ReadOnlySpan<float> output, ReadOnlySpan<float> reference)
    {
        if (Breach is not null)
        {
            return;
        }

        // Graphs of several shapes have the same nodes, perhaps on other routes; two nodes of one name make different values.
        var key = (node.Name, node.Output?.Id ?? -1, route.Id);
        if (!_nodes.TryGetValue(key, out var difference))
        {
            _nodes.Add(key, difference = new NodeDifference(node, route));
            _inOrder.Add(difference);
        }

        var (largest, rms) = difference.Add(row, output, reference);
        if (largest.Magnitude > _maxAbs || rms > _rms)
        {
            Breach = FormattableString.Invariant(
                $"{route.Id} breaks the limits at {node.Name}, row {row}: rms {rms:g3}, max abs {largest.Magnitude:g3} in column {largest.Column}, which is {largest.Actual:g9} where the reference has {largest.Reference:g9}");
        }
    }
}

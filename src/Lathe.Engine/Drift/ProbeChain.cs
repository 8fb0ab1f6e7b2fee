using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>Several probes that watch the same graph.</summary>
public sealed class ProbeChain(params IReadOnlyList<GraphProbe> probes) : GraphProbe
{
    private readonly Dictionary<GraphNode, ProbeRequest[]> _requests = new(ReferenceEqualityComparer.Instance);

    public override ProbeRequest RequestFor(GraphNode node, Route route, bool isLastOfLayer)
    {
        var requests = probes.Select(probe => probe.RequestFor(node, route, isLastOfLayer)).ToArray();
        _requests[node] = requests;
        return requests.Max();
    }

    public override void Show(GraphNode node, Route route, int row, ReadOnlySpan<float> output, ReadOnlySpan<float> reference)
    {
        var requests = _requests[node];
        for (var i = 0; i < requests.Length; i++)
        {
            if (requests[i] != ProbeRequest.Nothing)
            {
                probes[i].Show(node, route, row, output, requests[i] == ProbeRequest.OutputAndReference ? reference : []);
            }
        }
    }
}

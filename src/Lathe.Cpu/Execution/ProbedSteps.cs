using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Execution;

/// <summary>The steps that a probe adds around the step of a node.</summary>
/// <remarks>The reference runs before the step that it is compared with, so that a step may write over its inputs. It is compiled by handle and has no
/// place in the dispatch record: what is counted is what the policy chose.</remarks>
internal sealed class ProbedSteps(GraphProbe probe, RouteRegistry registry, StepBuilder builder, IReadOnlySet<GraphNode> lastOfLayers)
{
    public IEnumerable<PlannedStep> Around(GraphNode node, CpuRoute route, PlannedStep planned)
    {
        var request = probe.RequestFor(node, route, lastOfLayers.Contains(node));
        return request switch
        {
            ProbeRequest.Nothing => [planned],
            ProbeRequest.Output or ProbeRequest.OutputAndReference => node is StoreKvNode store
                ? AroundStore(store, route, planned, request == ProbeRequest.OutputAndReference)
                : AroundNode(node, route, planned, request == ProbeRequest.OutputAndReference),
            _ => throw new ArgumentOutOfRangeException(nameof(planned), request, "unknown request of a probe"),
        };
    }

    /// <summary>The nodes whose outputs leave their layers: the last with an output in each.</summary>
    public static IReadOnlySet<GraphNode> LastOfLayers(ForwardGraph graph) => graph.Nodes
        .Where(node => node.Layer >= 0 && node.Output is not null)
        .GroupBy(node => node.Layer)
        .Select(layer => layer.Last())
        .ToHashSet<GraphNode>(ReferenceEqualityComparer.Instance);

    private List<PlannedStep> AroundNode(GraphNode node, CpuRoute route, PlannedStep planned, bool compare)
    {
        var steps = new List<PlannedStep>();
        CpuBuffer? reference = null;
        if (compare)
        {
            (var step, reference) = CompileReference(node, steps);
            steps.Add(new PlannedStep(step, null, null));
        }

        steps.Add(planned);
        steps.Add(new PlannedStep(new ProbeStep(probe, node, route, node.Output!, builder.Input(node.Output!), reference), null, null));
        return steps;
    }

    private List<PlannedStep> AroundStore(StoreKvNode node, CpuRoute route, PlannedStep planned, bool compare)
    {
        var steps = new List<PlannedStep>();
        var marker = builder.KvMarker(node.Layer);
        KvSnapshot? reference = null;
        if (compare)
        {
            // Both write to the same pages; the store that counts comes last.
            reference = new KvSnapshot(node, builder.Kv);
            var (step, _) = CompileReference(node, steps);
            steps.Add(new PlannedStep(step, null, null));
            steps.Add(new PlannedStep(reference.Take(marker), null, null));
        }

        steps.Add(planned);
        steps.Add(new PlannedStep(new KvProbeStep(probe, node, route, new KvSnapshot(node, builder.Kv), reference, marker), null, null));
        return steps;
    }

    private (CpuStep Step, CpuBuffer? Output) CompileReference(GraphNode node, List<PlannedStep> steps)
    {
        var compiled = builder.CompileBeside((CpuRoute)registry.ReferenceOf(node.Op), node);
        steps.AddRange(builder.TakePending().Select(pending => new PlannedStep(pending, null, null)));
        return compiled;
    }
}

using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Execution;

/// <summary>Shows the rows of a node's output, and of the reference's beside it, to a probe. One thread does it; the accesses keep the others away.</summary>
internal sealed class ProbeStep(GraphProbe probe, GraphNode node, Route route, GraphValue value, CpuBuffer output, CpuBuffer? reference)
    : CpuStep([.. Accessed(output, reference)])
{
    public override unsafe void Run(in StepContext context)
    {
        if (context.Thread != 0)
        {
            return;
        }

        for (var row = 0; row < context.Rows(value.Rows); row++)
        {
            probe.Show(
                node,
                route,
                row,
                new ReadOnlySpan<float>(output.FloatRow(0, row), value.Width),
                reference is null ? [] : new ReadOnlySpan<float>(reference.FloatRow(0, row), value.Width));
        }
    }

    private static IEnumerable<BufferAccess> Accessed(CpuBuffer output, CpuBuffer? reference)
    {
        yield return BufferAccess.Read(output, AccessPattern.Whole);
        if (reference is not null)
        {
            yield return BufferAccess.Read(reference, AccessPattern.Whole);
        }
    }
}

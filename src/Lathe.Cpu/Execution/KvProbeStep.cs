using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Execution;

/// <summary>Shows what a store step left in the KV pages, and what the reference left there before it, to a probe.</summary>
internal sealed class KvProbeStep(GraphProbe probe, StoreKvNode node, Route route, KvSnapshot stored, KvSnapshot? reference, CpuBuffer marker)
    : CpuStep(BufferAccess.Read(marker, AccessPattern.Whole))
{
    private readonly CpuStep _read = stored.Take(marker);

    public override void Run(in StepContext context)
    {
        if (context.Thread != 0)
        {
            return;
        }

        _read.Run(in context);
        for (var row = 0; row < stored.Rows.Count; row++)
        {
            probe.Show(node, route, row, stored.Rows[row], reference is null ? [] : reference.Rows[row]);
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

/// <summary>A store of keys and values that spoils one key behind the tokens that a known-answer check stores.</summary>
internal sealed class BrokenStoreRoute(CpuRoute inner) : CpuRoute
{
    public const int WrongPosition = 20;

    public override string Id => "cpu.store_kv.broken";

    public override string Op => inner.Op;

    public override string Summary => "wrong on purpose";

    public override string GuardSummary => inner.GuardSummary;

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 1000;

    public override string? WhyNot(GraphNode node) => inner.WhyNot(node);

    public override CpuStep Compile(GraphNode node, StepBuilder builder) => new Step(inner.Compile(node, builder), (StoreKvNode)node, builder.Kv);

    private sealed unsafe class Step(CpuStep inner, StoreKvNode node, CpuKvStorage kv) : CpuStep([.. inner.Accesses])
    {
        public override void Run(in StepContext context)
        {
            inner.Run(in context);
            for (var row = 0; row < context.Batch.TokenCount && context.Thread == 0; row++)
            {
                if (context.Batch.Positions[row] == WrongPosition)
                {
                    // The first thread writes the first head: no other one touches this key.
                    var page = kv.Page(context.Batch.Slices[0].Sequence.Pages[WrongPosition / KvLayout.PageTokens]);
                    *(Half*)(page + kv.Layout.KeyOffset(node.Layer, head: 0) + (WrongPosition * kv.Layout.KeyBytes)) = (Half)5;
                }
            }
        }
    }
}

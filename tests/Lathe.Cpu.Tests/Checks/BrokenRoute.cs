using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Checks;

/// <summary>A route that multiplies its result by 1.01, or that does not compile.</summary>
internal sealed class BrokenRoute(CpuRoute inner, bool compiles) : CpuRoute
{
    public override string Id => "cpu.add.broken";

    public override string Op => inner.Op;

    public override string Summary => "wrong on purpose";

    public override string GuardSummary => "anything";

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 1000;

    public override string? WhyNot(GraphNode node) => null;

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        if (!compiles)
        {
            throw new NotSupportedException("no registers left");
        }

        var step = inner.Compile(node, builder);
        return new Step(step, builder.Input(node.Output!), node.Output!);
    }

    private sealed unsafe class Step(CpuStep inner, CpuBuffer output, GraphValue value) : CpuStep([.. inner.Accesses, BufferAccess.Write(output, AccessPattern.Whole)])
    {
        public override void Run(in StepContext context)
        {
            inner.Run(in context);
            for (var row = 0; row < context.Rows(value.Rows); row++)
            {
                for (var i = 0; i < value.Width; i++)
                {
                    output.FloatRow(context.Thread, row)[i] *= 1.01f;
                }
            }
        }
    }
}

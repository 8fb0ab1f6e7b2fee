using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

/// <summary>A correct sum that leaves NaN in both of its inputs, as a step that works in place would leave something else there.</summary>
internal sealed class OverwritingAddRoute : CpuRoute
{
    public override string Id => "cpu.add.overwriting";

    public override string Op => "add";

    public override string Summary => "adds and overwrites";

    public override string GuardSummary => "every node";

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 1000;

    public override string? WhyNot(GraphNode node) => null;

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var add = (AddNode)node;
        return new Step(add, builder.Input(add.Left), builder.Input(add.Right), builder.Output(add.Result, rowWise: false));
    }

    private sealed unsafe class Step(AddNode node, CpuBuffer left, CpuBuffer right, CpuBuffer output)
        : CpuStep(BufferAccess.Write(left, AccessPattern.Whole), BufferAccess.Write(right, AccessPattern.Whole), BufferAccess.Write(output, AccessPattern.Whole))
    {
        public override void Run(in StepContext context)
        {
            for (var row = 0; row < context.Rows(node.Result.Rows) && context.Thread == 0; row++)
            {
                float* a = left.FloatRow(0, row), b = right.FloatRow(0, row), y = output.FloatRow(0, row);
                for (var i = 0; i < node.Result.Width; i++)
                {
                    y[i] = a[i] + b[i];
                    a[i] = b[i] = float.NaN;
                }
            }
        }
    }
}

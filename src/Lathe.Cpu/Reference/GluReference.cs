using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Gated activation in f64. Threads divide the columns.</summary>
public sealed unsafe class GluReference() : ReferenceRoute<GluNode>("glu", "activates the gate in f64")
{
    public override string GuardSummary => "SwiGLU";

    protected override string? WhyNot(GluNode node) => node.Kind == GluKind.SwiGlu ? null : $"{node.Name} is {node.Kind}, and only SwiGLU is known";

    protected override CpuStep Compile(GluNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Gate), builder.Input(node.Up), builder.Output(node.Result, rowWise: false));

    private sealed class Step(GluNode node, CpuBuffer gate, CpuBuffer up, CpuBuffer output)
        : ColumnStep(
            node.Gate.Rows,
            ColumnsOf(node),
            BufferAccess.Read(gate, ColumnsOf(node)),
            BufferAccess.Read(up, ColumnsOf(node)),
            BufferAccess.Write(output, ColumnsOf(node)))
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* g = gate.FloatRow(context.Thread, row), u = up.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i++)
            {
                y[i] = (float)(g[i] / (1 + Math.Exp(-(double)g[i])) * u[i]);
            }
        }

        private static AccessPattern ColumnsOf(GluNode node) => AccessPattern.ByColumns(node.Result.Width, CacheLine);
    }
}

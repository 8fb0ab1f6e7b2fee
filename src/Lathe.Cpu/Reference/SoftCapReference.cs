using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary><c>c · tanh(x / c)</c> in f64. Threads divide the columns.</summary>
public sealed unsafe class SoftCapReference() : ReferenceRoute<SoftCapNode>("soft_cap", "tanh in f64")
{
    protected override CpuStep Compile(SoftCapNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Input), builder.Output(node.Result, rowWise: false));

    private sealed class Step(SoftCapNode node, CpuBuffer input, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            AccessPattern.ByColumns(node.Result.Width, Unit),
            BufferAccess.Read(input, AccessPattern.ByColumns(node.Result.Width, Unit)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, Unit)))
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* x = input.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i++)
            {
                y[i] = (float)(node.Cap * Math.Tanh((double)x[i] / node.Cap));
            }
        }
    }
}

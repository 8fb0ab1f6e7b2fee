using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Multiplies value by value. Threads divide the rows, as the embedding before does.</summary>
public sealed unsafe class ScaleReference() : ReferenceRoute<ScaleNode>("scale", "multiplies value by value")
{
    protected override CpuStep Compile(ScaleNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Input), builder.Output(node.Result, rowWise: true));

    private sealed class Step(ScaleNode node, CpuBuffer input, CpuBuffer output) : RowStep(node.Input.Rows, output, Reads(input, output))
    {
        protected override void RunRow(in StepContext context, int row)
        {
            float* x = input.FloatRow(context.Thread, row), y = Output.FloatRow(context.Thread, row);
            for (var i = 0; i < node.Input.Width; i++)
            {
                y[i] = x[i] * node.Factor;
            }
        }
    }
}

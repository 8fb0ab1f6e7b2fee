using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Copies the rows whose logits were asked for.</summary>
public sealed unsafe class OutputRowsReference() : ReferenceRoute<OutputRowsNode>("output_rows", "copies value by value")
{
    protected override CpuStep Compile(OutputRowsNode node, StepBuilder builder) =>
        new Step(node.Result.Width, builder.Input(node.Input), builder.Output(node.Result, rowWise: true));

    private sealed class Step(int width, CpuBuffer input, CpuBuffer output)
        : RowStep(RowAxis.Outputs, output, BufferAccess.Read(input, AccessPattern.Whole))
    {
        protected override void RunRow(in StepContext context, int row)
        {
            float* x = input.FloatRow(context.Thread, context.Batch.OutputRows[row]), y = Output.FloatRow(context.Thread, row);
            for (var i = 0; i < width; i++)
            {
                y[i] = x[i];
            }
        }
    }
}

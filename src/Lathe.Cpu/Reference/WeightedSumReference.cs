using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Sums what the experts of a token made, in f64. Threads divide the columns.</summary>
public sealed unsafe class WeightedSumReference() : ReferenceRoute<WeightedSumNode>("weighted_sum", "sums place by place in f64")
{
    protected override CpuStep Compile(WeightedSumNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Input), builder.Input(node.Routing), builder.Output(node.Result, rowWise: false));

    private sealed class Step(WeightedSumNode node, CpuBuffer input, CpuBuffer routing, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            AccessPattern.ByColumns(node.Result.Width, Unit),
            BufferAccess.Read(input, AccessPattern.Whole),
            BufferAccess.Read(routing, AccessPattern.Whole),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, Unit)))
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            var used = node.Routing.Width / 2;
            float* x = input.FloatRow(context.Thread, row), weights = routing.FloatRow(context.Thread, row) + used, y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i++)
            {
                var sum = 0.0;
                for (var place = 0; place < used; place++)
                {
                    sum += (double)weights[place] * x[(place * node.Result.Width) + i];
                }

                y[i] = (float)sum;
            }
        }
    }
}

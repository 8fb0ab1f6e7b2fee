using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary>Sums what the experts of a token made. Threads divide the columns.</summary>
public sealed unsafe class WeightedSumSimd() : SimdRoute<WeightedSumNode>("weighted_sum", "sums vector by vector")
{
    private protected override CpuStep Compile<TLanes, TVector>(WeightedSumNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Input(node.Input), builder.Input(node.Routing), builder.Output(node.Result, rowWise: false));

    private sealed class Step<TLanes, TVector>(WeightedSumNode node, CpuBuffer input, CpuBuffer routing, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            AccessPattern.ByColumns(node.Result.Width, Unit),
            BufferAccess.Read(input, AccessPattern.Whole),
            BufferAccess.Read(routing, AccessPattern.Whole),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, Unit)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            int used = node.Routing.Width / 2, width = node.Result.Width;
            float* x = input.FloatRow(context.Thread, row), weights = routing.FloatRow(context.Thread, row) + used, y = output.FloatRow(context.Thread, row);
            var i = start;
            for (; i <= end - TLanes.Count; i += TLanes.Count)
            {
                var sum = TLanes.Zero;
                for (var place = 0; place < used; place++)
                {
                    sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[place]), TLanes.Load(x + (place * width) + i), sum);
                }

                TLanes.Store(sum, y + i);
            }

            for (; i < end; i++)
            {
                y[i] = 0;
                for (var place = 0; place < used; place++)
                {
                    y[i] += weights[place] * x[(place * width) + i];
                }
            }
        }
    }
}

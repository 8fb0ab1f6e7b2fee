using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary>Multiplies by one number. Threads divide the rows, as the embedding before does.</summary>
public sealed unsafe class ScaleSimd() : SimdRoute<ScaleNode>("scale", "multiplies vector by vector")
{
    private protected override CpuStep Compile<TLanes, TVector>(ScaleNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Input(node.Input), builder.Output(node.Result, rowWise: true));

    private sealed class Step<TLanes, TVector>(ScaleNode node, CpuBuffer input, CpuBuffer output) : RowStep(node.Input.Rows, output, Reads(input, output))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        protected override void RunRow(in StepContext context, int row)
        {
            float* x = input.FloatRow(context.Thread, row), y = Output.FloatRow(context.Thread, row);
            var factor = TLanes.Broadcast(node.Factor);
            var i = 0;
            for (; i <= node.Input.Width - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Load(x + i), factor), y + i);
            }

            for (; i < node.Input.Width; i++)
            {
                y[i] = x[i] * node.Factor;
            }
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary>Cosine and sine of each angle by one call in f64. They are made once per token and used in every layer, so they are cheap as they are.</summary>
public sealed unsafe class RopeAnglesSimd() : SimdRoute<RopeAnglesNode>("rope_angles", "cosine and sine by one f64 call")
{
    private protected override CpuStep Compile<TLanes, TVector>(RopeAnglesNode node, StepBuilder builder) =>
        new Step(node.Rope.Frequencies(), node.Rope.Magnitude, builder.Output(node.Result, rowWise: true));

    private sealed class Step(double[] frequencies, double magnitude, CpuBuffer output) : RowStep(RowAxis.Tokens, output)
    {
        protected override void RunRow(in StepContext context, int row)
        {
            var position = (double)context.Batch.Positions[row];
            var cosines = Output.FloatRow(context.Thread, row);
            var sines = cosines + frequencies.Length;
            for (var i = 0; i < frequencies.Length; i++)
            {
                var (sine, cosine) = Math.SinCos(position * frequencies[i]);
                cosines[i] = (float)(magnitude * cosine);
                sines[i] = (float)(magnitude * sine);
            }
        }
    }
}

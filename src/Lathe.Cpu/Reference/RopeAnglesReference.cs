using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Cosines, then sines, of <c>position · frequency</c>, times the magnitude, in f64: closed form, the same at any depth.</summary>
public sealed unsafe class RopeAnglesReference() : ReferenceRoute<RopeAnglesNode>("rope_angles", "cosine and sine of each angle in f64")
{
    protected override CpuStep Compile(RopeAnglesNode node, StepBuilder builder) =>
        new Step(node.Rope.Frequencies(), node.Rope.Magnitude, builder.Output(node.Result, rowWise: true));

    private sealed class Step(double[] frequencies, double magnitude, CpuBuffer output) : RowStep(RowAxis.Tokens, output)
    {
        protected override void RunRow(in StepContext context, int row)
        {
            var position = context.Batch.Positions[row];
            var target = Output.FloatRow(context.Thread, row);
            for (var i = 0; i < frequencies.Length; i++)
            {
                var angle = position * frequencies[i];
                target[i] = (float)(magnitude * Math.Cos(angle));
                target[frequencies.Length + i] = (float)(magnitude * Math.Sin(angle));
            }
        }
    }
}

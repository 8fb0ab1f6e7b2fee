using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Picks the largest logits one by one and takes a softmax over them in f64. A logit that is not a number loses against every number,
/// so that whatever the logits are, the experts are distinct and exist.</summary>
public sealed unsafe class RouteExpertsReference() : ReferenceRoute<RouteExpertsNode>("route_experts", "picks the largest logits one by one, softmax in f64")
{
    protected override CpuStep Compile(RouteExpertsNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Logits), builder.Output(node.Result, rowWise: true));

    private sealed class Step(RouteExpertsNode node, CpuBuffer logits, CpuBuffer output) : RowStep(node.Logits.Rows, output, Reads(logits, output))
    {
        protected override void RunRow(in StepContext context, int row)
        {
            var x = logits.FloatRow(context.Thread, row);
            var experts = Output.FloatRow(context.Thread, row);
            var weights = experts + node.Used;
            for (var place = 0; place < node.Used; place++)
            {
                experts[place] = Largest(x, node.Logits.Width, new ReadOnlySpan<float>(experts, place));
            }

            var largest = x[(int)experts[0]];
            var total = 0.0;
            for (var place = 0; place < node.Used; place++)
            {
                total += Math.Exp((double)x[(int)experts[place]] - largest);
            }

            for (var place = 0; place < node.Used; place++)
            {
                weights[place] = (float)(Math.Exp((double)x[(int)experts[place]] - largest) / total);
            }
        }

        /// <summary>The expert of the largest logit, the first of equals, that is not among <paramref name="taken"/>.</summary>
        private static int Largest(float* logits, int count, ReadOnlySpan<float> taken)
        {
            var best = -1;
            for (var expert = 0; expert < count; expert++)
            {
                if ((best < 0 || logits[expert] > logits[best] || (float.IsNaN(logits[best]) && !float.IsNaN(logits[expert]))) && !taken.Contains(expert))
                {
                    best = expert;
                }
            }

            return best;
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary><c>x / sqrt(mean(x²) + ε) · w</c> for each group, in f64. Groups are heads: more than one are divided among the threads by
/// column, as the products around them are; a single one by row.</summary>
public sealed unsafe class RmsNormReference() : ReferenceRoute<RmsNormNode>("rms_norm", "sums the squares of each group in f64")
{
    protected override string? WhyNot(RmsNormNode node) => WeightRow.WhyNot(node.Scale);

    protected override CpuStep Compile(RmsNormNode node, StepBuilder builder)
    {
        var wholeRow = node.Input.GroupCount == 1;
        var input = builder.Input(node.Input);
        var output = builder.Output(node.Result, rowWise: wholeRow);
        var scale = WeightRow.LoadVector(node.Scale);
        return wholeRow ? new RowNorm(node, scale, input, output) : new GroupNorm(node, scale, input, output);
    }

    private static void Normalize(float* x, float* y, float[] scale, float epsilon)
    {
        var squares = 0.0;
        for (var i = 0; i < scale.Length; i++)
        {
            squares += (double)x[i] * x[i];
        }

        var factor = 1 / Math.Sqrt((squares / scale.Length) + epsilon);
        for (var i = 0; i < scale.Length; i++)
        {
            y[i] = (float)(x[i] * factor * scale[i]);
        }
    }

    private sealed class RowNorm(RmsNormNode node, float[] scale, CpuBuffer input, CpuBuffer output)
        : RowStep(node.Input.Rows, output, Reads(input, output))
    {
        protected override void RunRow(in StepContext context, int row) =>
            Normalize(input.FloatRow(context.Thread, row), Output.FloatRow(context.Thread, row), scale, node.Epsilon);
    }

    private sealed class GroupNorm(RmsNormNode node, float[] scale, CpuBuffer input, CpuBuffer output)
        : ColumnStep(node.Input.Rows, HeadsOf(node), BufferAccess.Read(input, HeadsOf(node)), BufferAccess.Write(output, HeadsOf(node)))
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* x = input.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i += scale.Length)
            {
                Normalize(x + i, y + i, scale, node.Epsilon);
            }
        }

        private static AccessPattern HeadsOf(RmsNormNode node) => AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth);
    }
}

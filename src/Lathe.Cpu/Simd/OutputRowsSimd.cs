using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary>Copies the rows whose logits were asked for, each as a block.</summary>
public sealed unsafe class OutputRowsSimd() : SimdRoute<OutputRowsNode>("output_rows", "copies whole rows")
{
    private protected override CpuStep Compile<TLanes, TVector>(OutputRowsNode node, StepBuilder builder) =>
        new Step(node.Result.Width, builder.Input(node.Input), builder.Output(node.Result, rowWise: true));

    private sealed class Step(int width, CpuBuffer input, CpuBuffer output)
        : RowStep(RowAxis.Outputs, output, BufferAccess.Read(input, AccessPattern.Whole))
    {
        protected override void RunRow(in StepContext context, int row) =>
            new ReadOnlySpan<float>(input.FloatRow(context.Thread, context.Batch.OutputRows[row]), width)
                .CopyTo(new Span<float>(Output.FloatRow(context.Thread, row), width));
    }
}

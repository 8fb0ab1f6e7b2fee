using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Checks;

/// <summary>Runs one node alone, on one thread, on given inputs.</summary>
internal static class StepProbe
{
    /// <param name="inputs">Values of each input, row after row.</param>
    /// <param name="batchInvariant">As <see cref="StepBuilder.BatchInvariant"/>.</param>
    /// <returns>The output rows, or an empty array if the node has no output.</returns>
    public static unsafe float[] Run(CpuRoute route, GraphNode node, Batch batch, CpuKvStorage? kv, IReadOnlyList<float[]> inputs, bool batchInvariant = false)
    {
        var builder = new StepBuilder(batch.Shape, threads: 1, kv) { BatchInvariant = batchInvariant };
        var buffers = node.Inputs.Select(input => builder.Output(input, rowWise: false)).ToArray();
        var step = route.Compile(node, builder);
        PlannedStep[] steps = [.. builder.TakePending().Select(pending => new PlannedStep(pending, null, null)), new PlannedStep(step, node, route)];
        using var arena = ArenaPlanner.Bind([new Phase(steps, Division.Equal(1))], builder.ScratchBuffers, keep: null, threads: 1);
        var context = new StepContext(batch, thread: 0, threads: 1);
        for (var i = 0; i < buffers.Length; i++)
        {
            var width = node.Inputs[i].Width;
            for (var row = 0; row < context.Rows(node.Inputs[i].Rows); row++)
            {
                inputs[i].AsSpan(row * width, width).CopyTo(new Span<float>(buffers[i].FloatRow(0, row), width));
            }
        }

        foreach (var planned in steps)
        {
            planned.Step.Run(in context);
        }

        if (node.Output is not { } output)
        {
            return [];
        }

        var result = new float[context.Rows(output.Rows) * output.Width];
        for (var row = 0; row < context.Rows(output.Rows); row++)
        {
            new Span<float>(builder.Input(output).FloatRow(0, row), output.Width).CopyTo(result.AsSpan(row * output.Width));
        }

        return result;
    }
}

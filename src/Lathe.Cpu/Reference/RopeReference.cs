using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Reference;

/// <summary>Rotates each pair of a head: <c>(x cos θ - y sin θ, x sin θ + y cos θ)</c>. Threads divide the heads.</summary>
public sealed unsafe class RopeReference() : ReferenceRoute<RopeNode>("rope", "rotates pair by pair in f64")
{
    protected override CpuStep Compile(RopeNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Input), builder.Input(node.Angles), builder.Output(node.Result, rowWise: false));

    /// <summary>Distance between the two values of a pair, and between one pair and the next.</summary>
    private static (int Pair, int Next) Strides(RopeStyle style, int rotaryDims) => style switch
    {
        RopeStyle.Interleaved => (1, 2),
        RopeStyle.Halves => (rotaryDims / 2, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(style), style, "unknown rope style"),
    };

    private sealed class Step(RopeNode node, CpuBuffer input, CpuBuffer angles, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            HeadsOf(node),
            BufferAccess.Read(input, HeadsOf(node)),
            BufferAccess.Read(angles, AccessPattern.Whole),
            BufferAccess.Write(output, HeadsOf(node)))
    {
        private readonly (int Pair, int Next) _strides = Strides(node.Style, node.Angles.Width);

        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            var pairs = node.Angles.Width / 2;
            var cosines = angles.FloatRow(context.Thread, row);
            var sines = cosines + pairs;
            for (var head = start; head < end; head += node.Input.GroupWidth)
            {
                var x = input.FloatRow(context.Thread, row) + head;
                var y = output.FloatRow(context.Thread, row) + head;
                for (var i = 0; i < pairs; i++)
                {
                    var first = i * _strides.Next;
                    var second = first + _strides.Pair;
                    double a = x[first], b = x[second];
                    y[first] = (float)((a * cosines[i]) - (b * sines[i]));
                    y[second] = (float)((a * sines[i]) + (b * cosines[i]));
                }

                for (var i = 2 * pairs; i < node.Input.GroupWidth; i++)
                {
                    y[i] = x[i];
                }
            }
        }

        private static AccessPattern HeadsOf(RopeNode node) => AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth);
    }
}

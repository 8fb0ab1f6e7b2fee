using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Simd;

/// <summary>Rotates vectors of pairs. Threads divide the heads.</summary>
public sealed unsafe class RopeSimd() : SimdRoute<RopeNode>("rope", "rotates vectors of pairs")
{
    public override string GuardSummary => "interleaved pairs or halves";

    protected override string? WhyNot(RopeNode node) =>
        node.Style is RopeStyle.Interleaved or RopeStyle.Halves ? null : $"{node.Name} pairs its values as {node.Style}, which is unknown";

    private protected override CpuStep Compile<TLanes, TVector>(RopeNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Input(node.Input), builder.Input(node.Angles), builder.Output(node.Result, rowWise: false));

    private sealed class Step<TLanes, TVector>(RopeNode node, CpuBuffer input, CpuBuffer angles, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth),
            BufferAccess.Read(input, AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth)),
            BufferAccess.Read(angles, AccessPattern.Whole),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly int _headDim = node.Input.GroupWidth;
        private readonly int _pairs = node.Angles.Width / 2;
        private readonly bool _interleaved = node.Style == RopeStyle.Interleaved;

        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            var cosines = angles.FloatRow(context.Thread, row);
            var sines = cosines + _pairs;
            float* x = input.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var head = start; head < end; head += _headDim)
            {
                if (_interleaved)
                {
                    RotateInterleaved(x + head, y + head, cosines, sines);
                }
                else
                {
                    RotateHalves(x + head, y + head, cosines, sines);
                }

                var rotated = 2 * _pairs;
                new ReadOnlySpan<float>(x + head + rotated, _headDim - rotated).CopyTo(new Span<float>(y + head + rotated, _headDim - rotated));
            }
        }

        private void RotateHalves(float* x, float* y, float* cosines, float* sines)
        {
            var i = 0;
            for (; i <= _pairs - TLanes.Count; i += TLanes.Count)
            {
                TVector a = TLanes.Load(x + i), b = TLanes.Load(x + _pairs + i);
                TVector cosine = TLanes.Load(cosines + i), sine = TLanes.Load(sines + i);
                TLanes.Store(TLanes.Subtract(TLanes.Multiply(a, cosine), TLanes.Multiply(b, sine)), y + i);
                TLanes.Store(TLanes.Add(TLanes.Multiply(a, sine), TLanes.Multiply(b, cosine)), y + _pairs + i);
            }

            for (; i < _pairs; i++)
            {
                float a = x[i], b = x[_pairs + i];
                y[i] = (a * cosines[i]) - (b * sines[i]);
                y[_pairs + i] = (a * sines[i]) + (b * cosines[i]);
            }
        }

        private void RotateInterleaved(float* x, float* y, float* cosines, float* sines)
        {
            var i = 0;
            for (; i <= _pairs - (TLanes.Count / 2); i += TLanes.Count / 2)
            {
                var pairs = TLanes.Load(x + (2 * i));
                var straight = TLanes.Multiply(pairs, TLanes.LoadTwice(cosines + i));
                var crossed = TLanes.Multiply(TLanes.SwapPairs(pairs), TLanes.NegateEven(TLanes.LoadTwice(sines + i)));
                TLanes.Store(TLanes.Add(straight, crossed), y + (2 * i));
            }

            for (; i < _pairs; i++)
            {
                float a = x[2 * i], b = x[(2 * i) + 1];
                y[2 * i] = (a * cosines[i]) - (b * sines[i]);
                y[(2 * i) + 1] = (a * sines[i]) + (b * cosines[i]);
            }
        }
    }
}

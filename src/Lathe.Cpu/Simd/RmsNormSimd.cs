using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd;

/// <summary>RMS normalisation with f32 sums in four vectors. Several groups (heads) are divided among the threads by column, a single one by row.</summary>
public sealed unsafe class RmsNormSimd() : SimdRoute<RmsNormNode>("rms_norm", "f32 sums in four vectors")
{
    public override string GuardSummary => "scales of any type that can be computed with";

    protected override string? WhyNot(RmsNormNode node) =>
        BlockFormat.Find(node.Scale.Type) is { } format && node.Scale.InputWidth % format.BlockElements == 0
            ? null
            : $"{node.Scale.Name} is {node.Scale.Type} of {node.Scale.InputWidth} values, which cannot be computed with";

    private protected override CpuStep Compile<TLanes, TVector>(RmsNormNode node, StepBuilder builder)
    {
        var wholeRow = node.Input.GroupCount == 1;
        var input = builder.Input(node.Input);
        var output = builder.Output(node.Result, rowWise: wholeRow);
        var kernel = new Kernel<TLanes, TVector>(node);
        return wholeRow ? new RowNorm<TLanes, TVector>(node, kernel, input, output) : new GroupNorm<TLanes, TVector>(node, kernel, input, output);
    }

    private sealed class Kernel<TLanes, TVector>
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly float[] _pinned;
        private readonly float* _scale;
        private readonly float _epsilon;

        public Kernel(RmsNormNode node)
        {
            _pinned = GC.AllocateArray<float>(node.Scale.InputWidth, pinned: true);
            _scale = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pinned));
            _epsilon = node.Epsilon;
            BlockFormat.Get(node.Scale.Type).Dequantize(node.Scale.Data, _scale, node.Scale.InputWidth);
        }

        public int Width => _pinned.Length;

        public void Run(float* x, float* y)
        {
            var width = Width;
            var factor = 1 / MathF.Sqrt((SumOfSquares(x, width) / width) + _epsilon);
            var factors = TLanes.Broadcast(factor);
            var i = 0;
            for (; i <= width - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Multiply(TLanes.Load(x + i), factors), TLanes.Load(_scale + i)), y + i);
            }

            for (; i < width; i++)
            {
                y[i] = x[i] * factor * _scale[i];
            }
        }

        private static float SumOfSquares(float* x, int width)
        {
            TVector s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
            var i = 0;
            for (; i <= width - (4 * TLanes.Count); i += 4 * TLanes.Count)
            {
                TVector x0 = TLanes.Load(x + i), x1 = TLanes.Load(x + i + TLanes.Count);
                TVector x2 = TLanes.Load(x + i + (2 * TLanes.Count)), x3 = TLanes.Load(x + i + (3 * TLanes.Count));
                s0 = TLanes.MultiplyAdd(x0, x0, s0);
                s1 = TLanes.MultiplyAdd(x1, x1, s1);
                s2 = TLanes.MultiplyAdd(x2, x2, s2);
                s3 = TLanes.MultiplyAdd(x3, x3, s3);
            }

            for (; i <= width - TLanes.Count; i += TLanes.Count)
            {
                s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), TLanes.Load(x + i), s0);
            }

            var sum = TLanes.Sum(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)));
            for (; i < width; i++)
            {
                sum += x[i] * x[i];
            }

            return sum;
        }
    }

    private sealed class RowNorm<TLanes, TVector>(RmsNormNode node, Kernel<TLanes, TVector> kernel, CpuBuffer input, CpuBuffer output)
        : RowStep(node.Input.Rows, output, Reads(input, output))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        protected override void RunRow(in StepContext context, int row) =>
            kernel.Run(input.FloatRow(context.Thread, row), Output.FloatRow(context.Thread, row));
    }

    private sealed class GroupNorm<TLanes, TVector>(RmsNormNode node, Kernel<TLanes, TVector> kernel, CpuBuffer input, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth),
            BufferAccess.Read(input, AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Input.Width, node.Input.GroupWidth)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* x = input.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i += kernel.Width)
            {
                kernel.Run(x + i, y + i);
            }
        }
    }
}

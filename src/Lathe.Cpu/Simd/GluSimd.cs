using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary>SwiGLU with e^x as a polynomial. silu has a relative error below 5e-7 from -85 to infinity; below -86 or so, where it is less than 1e-35, it is taken as -0.
/// Threads divide the columns.</summary>
public sealed unsafe class GluSimd() : SimdRoute<GluNode>("glu", "e^x by a polynomial, relative error below 5e-7")
{
    public override string GuardSummary => "SwiGLU";

    protected override string? WhyNot(GluNode node) => node.Kind == GluKind.SwiGlu ? null : $"{node.Name} is {node.Kind}, and only SwiGLU is known";

    private protected override CpuStep Compile<TLanes, TVector>(GluNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Input(node.Gate), builder.Input(node.Up), builder.Output(node.Result, rowWise: false));

    private sealed class Step<TLanes, TVector>(GluNode node, CpuBuffer gate, CpuBuffer up, CpuBuffer output)
        : ColumnStep(
            node.Gate.Rows,
            AccessPattern.ByColumns(node.Result.Width, CacheLine),
            BufferAccess.Read(gate, AccessPattern.ByColumns(node.Result.Width, CacheLine)),
            BufferAccess.Read(up, AccessPattern.ByColumns(node.Result.Width, CacheLine)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, CacheLine)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* g = gate.FloatRow(context.Thread, row), u = up.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            var i = start;
            for (; i <= end - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(Silu(TLanes.Load(g + i)), TLanes.Load(u + i)), y + i);
            }

            if (i < end)
            {
                Tail(g + i, u + i, y + i, end - i);
            }
        }

        private static TVector Silu(TVector x)
        {
            var exponential = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Zero, x));
            return TLanes.Divide(x, TLanes.Add(TLanes.Broadcast(1f), exponential));
        }

        private static void Tail(float* g, float* u, float* y, int count)
        {
            var values = stackalloc float[TLanes.Count];
            new Span<float>(values, TLanes.Count).Clear();
            new ReadOnlySpan<float>(g, count).CopyTo(new Span<float>(values, count));
            TLanes.Store(Silu(TLanes.Load(values)), values);
            for (var i = 0; i < count; i++)
            {
                y[i] = values[i] * u[i];
            }
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary><c>c · tanh(x / c)</c> with tanh to six digits. Threads divide the columns.</summary>
public sealed unsafe class SoftCapSimd() : SimdRoute<SoftCapNode>("soft_cap", "tanh by polynomials, relative error below 1e-6")
{
    private protected override CpuStep Compile<TLanes, TVector>(SoftCapNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Input(node.Input), builder.Output(node.Result, rowWise: false));

    private sealed class Step<TLanes, TVector>(SoftCapNode node, CpuBuffer input, CpuBuffer output)
        : ColumnStep(
            node.Input.Rows,
            AccessPattern.ByColumns(node.Result.Width, Unit),
            BufferAccess.Read(input, AccessPattern.ByColumns(node.Result.Width, Unit)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, Unit)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* x = input.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            var i = start;
            for (; i <= end - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(Cap(TLanes.Load(x + i)), y + i);
            }

            for (; i < end; i++)
            {
                y[i] = (float)(node.Cap * Math.Tanh(x[i] / node.Cap));
            }
        }

        private TVector Cap(TVector x)
        {
            var cap = TLanes.Broadcast(node.Cap);
            return TLanes.Multiply(cap, HyperbolicTangent<TLanes, TVector>.Of(TLanes.Divide(x, cap)));
        }
    }
}

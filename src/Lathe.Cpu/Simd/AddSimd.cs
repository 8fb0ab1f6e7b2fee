using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd;

/// <summary>Sum of two values. Threads divide the columns.</summary>
public sealed unsafe class AddSimd() : SimdRoute<AddNode>("add", "adds vector by vector")
{
    private protected override CpuStep Compile<TLanes, TVector>(AddNode node, StepBuilder builder) =>
        new Step<TLanes, TVector>(node, builder.Input(node.Left), builder.Input(node.Right), builder.Output(node.Result, rowWise: false));

    private sealed class Step<TLanes, TVector>(AddNode node, CpuBuffer left, CpuBuffer right, CpuBuffer output)
        : ColumnStep(
            node.Left.Rows,
            AccessPattern.ByColumns(node.Result.Width, Unit),
            BufferAccess.Read(left, AccessPattern.ByColumns(node.Result.Width, Unit)),
            BufferAccess.Read(right, AccessPattern.ByColumns(node.Result.Width, Unit)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, Unit)))
        where TLanes : struct, Lanes.ILanes<TVector>
        where TVector : struct
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* a = left.FloatRow(context.Thread, row), b = right.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            var i = start;
            for (; i <= end - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Add(TLanes.Load(a + i), TLanes.Load(b + i)), y + i);
            }

            for (; i < end; i++)
            {
                y[i] = a[i] + b[i];
            }
        }
    }
}

using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Fills the <see cref="ActivationLayout"/> rows of a value.</summary>
internal sealed unsafe class QuantizeActivations(GraphValue value, CpuBuffer from, CpuBuffer to) : RowStep(value.Rows, to, Reads(from, to))
{
    protected override void RunRow(in StepContext context, int row) =>
        ActivationLayout.Quantize(from.FloatRow(context.Thread, row), Output.Row(context.Thread, row), value.Width);
}

using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.MatMul;

/// <summary>Brings the rows of a value into the form that a kernel reads.</summary>
internal sealed unsafe class PackActivations(MatrixKernel kernel, GraphValue value, CpuBuffer from, CpuBuffer to)
    : RowStep(value.Rows, to, Reads(from, to))
{
    protected override void RunRow(in StepContext context, int row) =>
        kernel.Pack(from.FloatRow(context.Thread, row), Output.Row(context.Thread, row), value.Width);
}

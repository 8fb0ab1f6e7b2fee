using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>Brings a value's groups into the form that a kernel reads, one behind the other.</summary>
internal sealed unsafe class PackGroups(MatrixKernel kernel, GraphValue value, CpuBuffer from, CpuBuffer to) : RowStep(value.Rows, to, Reads(from, to))
{
    private readonly long _groupBytes = kernel.ActivationBytesPerRow(value.GroupWidth);

    protected override void RunRow(in StepContext context, int row)
    {
        float* x = from.FloatRow(context.Thread, row);
        var target = Output.Row(context.Thread, row);
        for (var group = 0; group < value.GroupCount; group++)
        {
            kernel.Pack(x + (group * value.GroupWidth), target + (group * _groupBytes), value.GroupWidth);
        }
    }
}

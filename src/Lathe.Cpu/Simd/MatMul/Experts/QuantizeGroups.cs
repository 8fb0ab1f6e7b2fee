using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd.MatMul.Experts;

/// <summary>Fills <see cref="ActivationLayout"/> rows of a value's groups, one behind the other.</summary>
internal sealed unsafe class QuantizeGroups(GraphValue value, CpuBuffer from, CpuBuffer to) : RowStep(value.Rows, to, Reads(from, to))
{
    private readonly long _groupBytes = ActivationLayout.BytesPerRow(value.GroupWidth);

    protected override void RunRow(in StepContext context, int row)
    {
        float* x = from.FloatRow(context.Thread, row);
        var target = Output.Row(context.Thread, row);
        for (var group = 0; group < value.GroupCount; group++)
        {
            ActivationLayout.Quantize(x + (group * value.GroupWidth), target + (group * _groupBytes), value.GroupWidth);
        }
    }
}

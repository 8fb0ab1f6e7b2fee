using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Sum of two values, element by element. Threads divide the columns.</summary>
public sealed unsafe class AddReference() : ReferenceRoute<AddNode>("add", "adds element by element")
{
    protected override CpuStep Compile(AddNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Left), builder.Input(node.Right), builder.Output(node.Result, rowWise: false));

    private sealed class Step(AddNode node, CpuBuffer left, CpuBuffer right, CpuBuffer output)
        : ColumnStep(
            node.Left.Rows,
            ColumnsOf(node),
            BufferAccess.Read(left, ColumnsOf(node)),
            BufferAccess.Read(right, ColumnsOf(node)),
            BufferAccess.Write(output, ColumnsOf(node)))
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* a = left.FloatRow(context.Thread, row), b = right.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i++)
            {
                y[i] = a[i] + b[i];
            }
        }

        private static AccessPattern ColumnsOf(AddNode node) => AccessPattern.ByColumns(node.Result.Width, Unit);
    }
}

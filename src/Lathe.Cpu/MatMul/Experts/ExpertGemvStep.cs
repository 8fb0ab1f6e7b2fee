using Lathe.Cpu.Execution;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>One token times its experts. Threads divide the columns of all of them as one row, as the activation behind does.</summary>
internal sealed unsafe class ExpertGemvStep(ExpertOperands operands, CpuBuffer scratch)
    : CpuStep(operands.Accesses(Columns(operands)))
{
    public override bool IsDivisible => true;

    public override long Work { get; } = operands.Node.Matrix.RowBytes * operands.Node.Result.Width;

    public override void Run(in StepContext context)
    {
        var width = operands.Node.Matrix.OutputWidth;
        var (start, end) = Columns(operands).Columns(context);
        for (var row = 0; row < context.Rows(operands.Node.Input.Rows); row++)
        {
            var experts = operands.Routing.FloatRow(context.Thread, row);
            for (var place = start / width; place * width < end; place++)
            {
                int first = Math.Max(start - (place * width), 0), last = Math.Min(end - (place * width), width);
                var result = operands.Result(context.Thread, row, place);
                var arguments = operands.Arguments((int)experts[place], first, last, scratch.Row(context.Thread, 0));
                arguments.Activations = operands.Activation(context.Thread, row, place);
                arguments.ActivationStride = operands.ActivationBytes;
                arguments.Tokens = 1;
                arguments.Output = result;
                arguments.OutputStride = width;
                operands.Kernel.Run(&arguments);
                operands.Finish(context.Thread, row, place, (int)experts[place], first, last);
            }
        }
    }

    private static AccessPattern Columns(ExpertOperands operands) => AccessPattern.ByColumns(operands.Node.Result.Width, ColumnStep.Unit);
}

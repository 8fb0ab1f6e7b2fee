using Lathe.Cpu.Execution;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>The tokens that want an expert are multiplied where they lie, for kernels that take pointers to them.</summary>
internal sealed unsafe class ScatteredExpertStep : ExpertGemmStep
{
    private readonly CpuBuffer _activationRows; // pointers
    private readonly CpuBuffer _outputRows; // pointers

    public ScatteredExpertStep(ExpertOperands operands, StepBuilder builder)
        : base(operands, builder)
    {
        var places = (long)builder.Shape.Tokens * operands.Node.Used;
        _activationRows = builder.Scratch("expert_matmul.activation_rows", sizeof(byte*) * places);
        _outputRows = builder.Scratch("expert_matmul.output_rows", sizeof(float*) * places);
    }

    protected override void RunExpert(in StepContext context, in ExpertGroups groups, int expert, int start, int end)
    {
        var members = groups.Members(expert);
        var arguments = Arguments(context, expert, members.Length, start, end);
        arguments.ActivationRows = (byte**)_activationRows.Row(context.Thread, 0);
        arguments.OutputRows = (float**)_outputRows.Row(context.Thread, 0);
        for (var next = expert + 1; next < Operands.Node.Matrix.ExpertCount && arguments.WeightsNext is null; next++)
        {
            arguments.WeightsNext = groups.Members(next).IsEmpty ? null : Operands.Arguments(next, start, end, arguments.Scratch).Weights;
        }

        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], Operands.Node.Used);
            arguments.ActivationRows[i] = Operands.Activation(context.Thread, row, place);
            arguments.OutputRows[i] = Operands.Result(context.Thread, row, place);
        }

        Operands.Kernel.Run(&arguments);
        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], Operands.Node.Used);
            Operands.Finish(context.Thread, row, place, expert, start, end);
        }
    }
}

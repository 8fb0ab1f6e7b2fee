using Lathe.Cpu.Execution;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>Many tokens times their experts, one expert after the other. Threads divide the columns of the experts.</summary>
internal abstract unsafe class ExpertGemmStep : CpuStep
{
    private readonly bool _batchInvariant;
    private readonly CpuBuffer _panel;
    private readonly CpuBuffer _groups;

    protected ExpertGemmStep(ExpertOperands operands, StepBuilder builder)
        : base(operands.Accesses(AccessPattern.Whole))
    {
        var matrix = operands.Node.Matrix;
        Operands = operands;
        Columns = AccessPattern.ByColumns(matrix.OutputWidth, Math.Max(ColumnStep.Unit, operands.Kernel.RowMultiple));
        _batchInvariant = builder.BatchInvariant;
        _panel = builder.Scratch("expert_matmul.panel", operands.Kernel.ScratchBytes);
        _groups = builder.Scratch("expert_matmul.groups", ExpertGroups.Bytes(matrix.ExpertCount, builder.Shape.Tokens * operands.Node.Used));
    }

    protected ExpertOperands Operands { get; }

    protected AccessPattern Columns { get; }

    /// <summary>The step that suits the kernel.</summary>
    public static ExpertGemmStep Create(ExpertOperands operands, StepBuilder builder) =>
        operands.Kernel.TakesScatteredTokens ? new ScatteredExpertStep(operands, builder) : new GatheredExpertStep(operands, builder);

    public override void Run(in StepContext context)
    {
        var (start, end) = Columns.Columns(context);
        if (start == end)
        {
            return;
        }

        var node = Operands.Node;
        var groups = new ExpertGroups((int*)_groups.Row(context.Thread, 0), node.Matrix.ExpertCount);
        groups.Fill(Operands.Routing, context.Thread, context.Rows(node.Input.Rows), node.Used);
        for (var expert = 0; expert < node.Matrix.ExpertCount; expert++)
        {
            if (!groups.Members(expert).IsEmpty)
            {
                RunExpert(context, groups, expert, start, end);
            }
        }
    }

    /// <summary>Computes columns <c>[start, end)</c> of an expert that some tokens want.</summary>
    protected abstract void RunExpert(in StepContext context, in ExpertGroups groups, int expert, int start, int end);

    /// <summary>A call for columns <c>[start, end)</c> of an expert and some tokens; where they are is left open.</summary>
    protected MatMulArguments Arguments(in StepContext context, int expert, int tokens, int start, int end)
    {
        var arguments = Operands.Arguments(expert, start, end, _panel.Row(context.Thread, 0));
        arguments.Tokens = tokens;
        arguments.BatchInvariant = _batchInvariant;
        return arguments;
    }
}

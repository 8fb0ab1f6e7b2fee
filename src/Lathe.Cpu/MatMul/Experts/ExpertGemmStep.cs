using System.Runtime.CompilerServices;
using Lathe.Cpu.Execution;
using Lathe.Cpu.Memory;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>Many tokens times their experts, one expert after the other: the tokens that want it are multiplied where they lie, or, for kernels that cannot do that, laid side by side and the
/// results put where they belong. Threads divide the columns of the experts.</summary>
internal sealed unsafe class ExpertGemmStep : CpuStep
{
    // Enough tokens to repay the unpacking of a panel of weights, few enough for the second-level cache.
    private const int TileTokens = 128;

    private readonly ExpertOperands _operands;
    private readonly bool _batchInvariant;
    private readonly AccessPattern _columns;
    private readonly int _tileTokens;
    private readonly long _activationStride; // bytes
    private readonly long _resultStride; // floats: the columns of the widest share, in whole lines
    private readonly CpuBuffer _panel;
    private readonly CpuBuffer _groups;
    private readonly CpuBuffer _gathered; // or, for tokens where they lie, pointers to them
    private readonly CpuBuffer _results; // or pointers to theirs

    private ExpertGemmStep(ExpertOperands operands, StepBuilder builder)
        : base(
            BufferAccess.Read(operands.ActivationRows, AccessPattern.Whole),
            BufferAccess.Read(operands.Routing, AccessPattern.Whole),
            BufferAccess.Write(operands.Output, AccessPattern.Whole))
    {
        var matrix = operands.Node.Matrix;
        _operands = operands;
        _batchInvariant = builder.BatchInvariant;
        _columns = AccessPattern.ByColumns(matrix.OutputWidth, Math.Max(ColumnStep.Unit, operands.Kernel.RowMultiple));
        _tileTokens = Math.Min(TileTokens, builder.Shape.Tokens);
        _activationStride = AlignedMemory.RoundUp(operands.ActivationBytes);
        _resultStride = AlignedMemory.RoundUp(Enumerable.Range(0, builder.Threads).Max(thread => WidthOf(thread, builder.Threads)));
        _panel = builder.Scratch("expert_matmul.panel", operands.Kernel.ScratchBytes);
        _groups = builder.Scratch("expert_matmul.groups", ExpertGroups.Bytes(matrix.ExpertCount, builder.Shape.Tokens * operands.Node.Used));
        if (operands.Kernel.TakesScatteredTokens)
        {
            var places = (long)builder.Shape.Tokens * operands.Node.Used;
            _gathered = builder.Scratch("expert_matmul.activations", sizeof(byte*) * places);
            _results = builder.Scratch("expert_matmul.results", sizeof(float*) * places);
        }
        else
        {
            _gathered = builder.Scratch("expert_matmul.gathered", _activationStride * _tileTokens);
            _results = builder.Scratch("expert_matmul.results", _resultStride * sizeof(float) * _tileTokens);
        }
    }

    public static ExpertGemmStep Create(ExpertOperands operands, StepBuilder builder) => new(operands, builder);

    public override void Run(in StepContext context)
    {
        var (start, end) = _columns.Columns(context);
        if (start == end)
        {
            return;
        }

        var node = _operands.Node;
        var groups = new ExpertGroups((int*)_groups.Row(context.Thread, 0), node.Matrix.ExpertCount);
        groups.Fill(_operands.Routing, context.Thread, context.Rows(node.Input.Rows), node.Used);
        for (var expert = 0; expert < node.Matrix.ExpertCount; expert++)
        {
            var members = groups.Members(expert);
            if (_operands.Kernel.TakesScatteredTokens)
            {
                RunScattered(context, groups, expert, start, end);
                continue;
            }

            for (var first = 0; first < members.Length; first += _tileTokens)
            {
                RunTile(context, expert, members.Slice(first, Math.Min(_tileTokens, members.Length - first)), start, end);
            }
        }
    }

    private int WidthOf(int thread, int threads)
    {
        var (start, end) = _columns.Columns(Division.Equal(threads), thread);
        return end - start;
    }

    private void RunScattered(in StepContext context, in ExpertGroups groups, int expert, int start, int end)
    {
        var members = groups.Members(expert);
        if (members.IsEmpty)
        {
            return;
        }

        var arguments = _operands.Arguments(expert, start, end, _panel.Row(context.Thread, 0));
        arguments.ActivationRows = (byte**)_gathered.Row(context.Thread, 0);
        arguments.OutputRows = (float**)_results.Row(context.Thread, 0);
        arguments.Tokens = members.Length;
        arguments.BatchInvariant = _batchInvariant;
        for (var next = expert + 1; next < _operands.Node.Matrix.ExpertCount && arguments.WeightsNext is null; next++)
        {
            arguments.WeightsNext = groups.Members(next).IsEmpty ? null : _operands.Arguments(next, start, end, arguments.Scratch).Weights;
        }

        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], _operands.Node.Used);
            arguments.ActivationRows[i] = _operands.Activation(context.Thread, row, place);
            arguments.OutputRows[i] = _operands.Result(context.Thread, row, place);
        }

        _operands.Kernel.Run(&arguments);
        for (var i = 0; i < members.Length; i++)
        {
            _operands.AddBias(arguments.OutputRows[i], expert, start, end);
        }
    }

    private void RunTile(in StepContext context, int expert, ReadOnlySpan<int> members, int start, int end)
    {
        var used = _operands.Node.Used;
        var gathered = _gathered.Row(context.Thread, 0);
        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], used);
            Unsafe.CopyBlock(gathered + (i * _activationStride), _operands.Activation(context.Thread, row, place), (uint)_operands.ActivationBytes);
        }

        var results = _results.FloatRow(context.Thread, 0);
        var arguments = _operands.Arguments(expert, start, end, _panel.Row(context.Thread, 0));
        arguments.Activations = gathered;
        arguments.ActivationStride = _activationStride;
        arguments.Tokens = members.Length;
        arguments.BatchInvariant = _batchInvariant;
        arguments.Output = results - start; // the kernel counts columns from the expert's first
        arguments.OutputStride = _resultStride;
        _operands.Kernel.Run(&arguments);

        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], used);
            var result = _operands.Result(context.Thread, row, place);
            Unsafe.CopyBlock(result + start, results + (i * _resultStride), (uint)((end - start) * sizeof(float)));
            _operands.AddBias(result, expert, start, end);
        }
    }
}

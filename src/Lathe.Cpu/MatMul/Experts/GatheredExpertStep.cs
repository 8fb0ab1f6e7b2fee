using System.Runtime.CompilerServices;
using Lathe.Cpu.Execution;
using Lathe.Cpu.Memory;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>The activations of the tokens that want an expert are laid side by side, multiplied, and the results put where they belong.</summary>
internal sealed unsafe class GatheredExpertStep : ExpertGemmStep
{
    // Enough tokens to repay the unpacking of a panel of weights, few enough for the second-level cache.
    private const int TileTokens = 128;

    private readonly int _tileTokens;
    private readonly long _activationStride; // bytes
    private readonly long _resultStride; // floats: the columns of the widest share, in whole lines
    private readonly CpuBuffer _gathered;
    private readonly CpuBuffer _results;

    public GatheredExpertStep(ExpertOperands operands, StepBuilder builder)
        : base(operands, builder)
    {
        _tileTokens = Math.Min(TileTokens, builder.Shape.Tokens);
        _activationStride = AlignedMemory.RoundUp(operands.ActivationBytes);
        _resultStride = AlignedMemory.RoundUp(Enumerable.Range(0, builder.Threads).Max(thread => WidthOf(thread, builder.Threads)));
        _gathered = builder.Scratch("expert_matmul.gathered", _activationStride * _tileTokens);
        _results = builder.Scratch("expert_matmul.results", _resultStride * sizeof(float) * _tileTokens);
    }

    protected override void RunExpert(in StepContext context, in ExpertGroups groups, int expert, int start, int end)
    {
        var members = groups.Members(expert);
        for (var first = 0; first < members.Length; first += _tileTokens)
        {
            RunTile(context, expert, members.Slice(first, Math.Min(_tileTokens, members.Length - first)), start, end);
        }
    }

    private int WidthOf(int thread, int threads)
    {
        var (start, end) = Columns.Columns(Division.Equal(threads), thread);
        return end - start;
    }

    private void RunTile(in StepContext context, int expert, ReadOnlySpan<int> members, int start, int end)
    {
        var used = Operands.Node.Used;
        var gathered = _gathered.Row(context.Thread, 0);
        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], used);
            Unsafe.CopyBlock(gathered + (i * _activationStride), Operands.Activation(context.Thread, row, place), (uint)Operands.ActivationBytes);
        }

        var results = _results.FloatRow(context.Thread, 0);
        var arguments = Arguments(context, expert, members.Length, start, end);
        arguments.Activations = gathered;
        arguments.ActivationStride = _activationStride;
        arguments.Output = results - start; // the kernel counts columns from the expert's first
        arguments.OutputStride = _resultStride;
        Operands.Kernel.Run(&arguments);

        for (var i = 0; i < members.Length; i++)
        {
            var (row, place) = Math.DivRem(members[i], used);
            var result = Operands.Result(context.Thread, row, place);
            Unsafe.CopyBlock(result + start, results + (i * _resultStride), (uint)((end - start) * sizeof(float)));
            Operands.Finish(context.Thread, row, place, expert, start, end);
        }
    }
}

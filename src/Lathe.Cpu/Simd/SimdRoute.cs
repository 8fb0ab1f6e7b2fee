using System.Runtime.Intrinsics;
using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Simd;

/// <summary>A fast route written once over <see cref="ILanes{TVector}"/> and compiled for the widest vectors of the machine that suit the node.</summary>
public abstract class SimdRoute<TNode>(string op, string summary) : CpuRoute
    where TNode : GraphNode
{
    public sealed override string Id { get; } = $"cpu.{op}.simd";

    public sealed override string Op { get; } = op;

    public sealed override string Summary { get; } = summary;

    public override string GuardSummary => "every node";

    public sealed override RouteSetting Default => RouteSetting.On;

    public sealed override int Priority => 100;

    public sealed override string? WhyNot(GraphNode node) => node is TNode typed ? WhyNot(typed) : $"{node.Name} is {node.Op}, not {Op}";

    public sealed override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var typed = (TNode)node;
        return Vector512.IsHardwareAccelerated && Suits(typed, Vector512<float>.Count) ? Compile<Lanes512, Vector512<float>>(typed, builder)
            : Vector256.IsHardwareAccelerated && Suits(typed, Vector256<float>.Count) ? Compile<Lanes256, Vector256<float>>(typed, builder)
            : Compile<Lanes128, Vector128<float>>(typed, builder);
    }

    protected virtual string? WhyNot(TNode node) => null;

    /// <summary>True if vectors of <paramref name="lanes"/> values suit the node.</summary>
    private protected virtual bool Suits(TNode node, int lanes) => true;

    private protected abstract CpuStep Compile<TLanes, TVector>(TNode node, StepBuilder builder)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;
}

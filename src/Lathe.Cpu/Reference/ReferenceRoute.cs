using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Reference;

/// <summary>The reference of an operation: plain loops with f64 sums that never call a fast kernel.</summary>
public abstract class ReferenceRoute<TNode>(string op, string summary) : CpuRoute
    where TNode : GraphNode
{
    public sealed override string Id { get; } = $"cpu.{op}.reference";

    public sealed override string Op { get; } = op;

    public sealed override string Summary { get; } = summary;

    public override string GuardSummary => "every node";

    public sealed override RouteSetting Default => RouteSetting.Auto;

    public sealed override int Priority => 0;

    public sealed override bool IsReference => true;

    public sealed override string? WhyNot(GraphNode node) => node is TNode typed ? WhyNot(typed) : $"{node.Name} is {node.Op}, not {Op}";

    public sealed override CpuStep Compile(GraphNode node, StepBuilder builder) => Compile((TNode)node, builder);

    protected virtual string? WhyNot(TNode node) => null;

    protected abstract CpuStep Compile(TNode node, StepBuilder builder);
}

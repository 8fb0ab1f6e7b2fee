using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Tests.Benchmarking;

/// <summary>A way to run matrix products that is nothing but a name.</summary>
internal sealed class NamedRoute(string id, int priority, RouteSetting setting = RouteSetting.Auto, bool isReference = false) : Route
{
    public override string Id => id;

    public override string Op => "matmul";

    public override string Summary => id;

    public override string GuardSummary => "every node";

    public override RouteSetting Default => setting;

    public override int Priority => priority;

    public override bool IsReference => isReference;

    public override string? WhyNot(GraphNode node) => null;

    public static NamedRoute Reference() => new("cpu.matmul.reference", -1, isReference: true);
}

using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Tests.Routing;

internal sealed class FakeRoute(string id, int priority, RouteSetting setting = RouteSetting.On, bool isReference = false, string? refuses = null, int maxTokens = int.MaxValue) : Route
{
    public override string Id => id;

    public override string Op => "add";

    public override string Summary => "";

    public override string GuardSummary => "";

    public override RouteSetting Default => setting;

    public override int Priority => priority;

    public override bool IsReference => isReference;

    public override string? WhyNot(GraphNode node) => refuses;

    public override string? WhyNot(GraphNode node, GraphShape shape) => shape.Tokens > maxTokens ? "the batch is too large" : WhyNot(node);
}

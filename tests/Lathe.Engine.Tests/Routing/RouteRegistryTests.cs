using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Tests.Routing;

public sealed class RouteRegistryTests
{
    private static readonly GraphValue s_value = new(0, RowAxis.Tokens, 8, 8);
    private static readonly AddNode s_node = new("blk.3.add", 3, s_value, s_value, s_value with { Id = 1 });

    private static readonly GraphShape s_shape = new(4, 1);

    private readonly FakeRoute _reference = new("t.add.reference", 0, RouteSetting.Auto, isReference: true);
    private readonly FakeRoute _slow = new("t.add.slow", 50);
    private readonly FakeRoute _fast = new("t.add.fast", 100);
    private readonly FakeRoute _picky = new("t.add.picky", 200, refuses: "rows are too short");
    private readonly FakeRoute _experimental = new("t.add.experimental", 300, RouteSetting.Off);

    [Theory]
    [InlineData("", "t.add.fast")]
    [InlineData("t.add.fast=off", "t.add.slow")]
    [InlineData("t.add.fast=off;t.add.slow=off", "t.add.reference")]
    [InlineData("t.add.*=off@layers=0-2", "t.add.fast")]
    [InlineData("t.add.fast=off@layers=3-3", "t.add.slow")]
    [InlineData("t.add.experimental=on", "t.add.experimental")]
    [InlineData("t.add.experimental=auto", "t.add.experimental")]
    [InlineData("t.add.reference=on", "t.add.reference")]
    [InlineData("t.add.picky=on", "t.add.fast")]
    [InlineData("t.add.fast=off;t.add.fast=on", "t.add.fast")]
    public void The_policy_chooses(string environment, string expected) =>
        Assert.Equal(expected, Registry().Select(s_node, s_shape, RoutePolicy.Create(environment: environment)).Id);

    [Fact]
    public void A_route_may_ask_for_the_shape_of_the_batch()
    {
        var decode = new FakeRoute("t.add.decode", 400, maxTokens: 1);
        var registry = new RouteRegistry([_reference, _fast, decode]);
        Assert.Same(decode, registry.Select(s_node, new GraphShape(1, 1), RoutePolicy.Create()));
        Assert.Same(_fast, registry.Select(s_node, new GraphShape(2, 1), RoutePolicy.Create()));
        Assert.NotNull(registry.WhyNot(decode, s_node, new GraphShape(2, 1)));
    }

    [Fact]
    public void The_callers_rules_go_before_the_environment() =>
        Assert.Equal("t.add.slow", Registry().Select(s_node, s_shape, RoutePolicy.Create(rules: ["t.add.fast=off"], environment: "t.add.fast=on")).Id);

    [Fact]
    public void Quality_takes_the_reference_past_all_rules() =>
        Assert.Same(_reference, Registry().Select(s_node, s_shape, RoutePolicy.Create(quality: true, rules: ["t.add.reference=off", "t.add.fast=on"])));

    [Fact]
    public void Requiring_fast_routes_fails_instead_of_falling_back_and_says_why()
    {
        var error = Assert.Throws<RouteException>(() => Registry().Select(s_node, s_shape, RoutePolicy.Create(requireFast: true, rules: ["t.add.fast=off", "t.add.slow=off"])));
        Assert.Contains("blk.3.add", error.Message);
        Assert.Contains("rows are too short", error.Message);
        Assert.Contains("t.add.fast: switched off", error.Message);
    }

    [Fact]
    public void Quality_and_required_fast_routes_exclude_each_other() =>
        Assert.Throws<RouteException>(() => RoutePolicy.Create(quality: true, requireFast: true));

    [Fact]
    public void A_node_whose_routes_are_all_off_is_an_error() =>
        Assert.Contains("switched off", Assert.Throws<RouteException>(() => Registry().Select(s_node, s_shape, RoutePolicy.Create(rules: ["*=off"]))).Message);

    [Fact]
    public void A_failed_route_is_out_for_good_and_reported_once()
    {
        var registry = Registry();
        var reports = new List<string>();
        registry.RouteFailed += (route, reason) => reports.Add($"{route}: {reason}");
        registry.MarkUnusable(_fast, "wrong answer");
        registry.MarkUnusable(_fast, "wrong answer again");
        Assert.Equal(["t.add.fast: wrong answer"], reports);
        Assert.Same(_slow, registry.Select(s_node, s_shape, RoutePolicy.Create(rules: ["t.add.fast=on"])));
    }

    [Fact]
    public void Ids_are_unique_and_every_operation_has_one_reference()
    {
        Assert.Throws<RouteException>(() => new RouteRegistry([_reference, _fast, new FakeRoute("t.add.fast", 1)]));
        Assert.Throws<RouteException>(() => new RouteRegistry([_fast]));
        Assert.Throws<RouteException>(() => new RouteRegistry([_reference, new FakeRoute("t.add.reference2", 0, isReference: true)]));
    }

    [Fact]
    public void Dispatches_are_counted()
    {
        _fast.CountDispatch();
        _fast.CountDispatch();
        Assert.Equal(2, _fast.Dispatches);
        Assert.Equal(0, _slow.Dispatches);
    }

    private RouteRegistry Registry() => new([_reference, _slow, _fast, _picky, _experimental]);
}

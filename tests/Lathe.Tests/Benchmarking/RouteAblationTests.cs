using Lathe.Benchmarking;
using Lathe.Engine.Routing;

namespace Lathe.Tests.Benchmarking;

public class RouteAblationTests
{
    private static readonly BenchmarkTest s_test = new(8, 0, 0);

    [Fact]
    public void Specialisation_is_every_route_with_a_generic_twin_against_its_twin()
    {
        NamedRoute special = new("cpu.matmul.q8_0.vnni512", 200), twin = new("cpu.matmul.q8_0.vnni512.generic", 10), simd = new("cpu.matmul.q8_0.simd", 100, RouteSetting.On);
        using var model = new RecordedModel(NamedRoute.Reference(), special, twin, simd);
        using var ablation = new RouteAblation(model.Model, model.Backend, model.Options, AblatedRoutes.Specialization);
        Assert.Equal([special], ablation.Routes);
        var result = Assert.Single(ablation.Run([s_test], repetitions: 3));

        // The twin took its place, and not the route that is next by priority.
        Assert.Equal(0, simd.Dispatches);
        Assert.True(twin.Dispatches > 0);
        Assert.Equal(twin.Dispatches, special.Dispatches);
        Assert.Equal((3, 3), (result.Without!.Samples.Count, result.With!.Samples.Count));
        Assert.Equal(special.Id, Assert.Single(result.Dispatched).Key);
        Assert.True(result.SpeedUp!.Value.Ratio > 0);
    }

    [Fact]
    public void A_route_that_the_policy_has_switched_off_is_not_compared()
    {
        NamedRoute tiles = new("cpu.matmul.v.tiles", 300), tilesTwin = new("cpu.matmul.v.tiles.generic", 290, RouteSetting.Off);
        NamedRoute panels = new("cpu.matmul.v.panels", 200), panelsTwin = new("cpu.matmul.v.panels.generic", 190, RouteSetting.Off);
        using var model = new RecordedModel(NamedRoute.Reference(), tiles, tilesTwin, panels, panelsTwin);
        var options = model.Options with { Policy = RoutePolicy.Create(rules: ["cpu.matmul.v.tiles=off"]) };
        using var ablation = new RouteAblation(model.Model, model.Backend, options, AblatedRoutes.Specialization);
        Assert.Equal([panels], ablation.Routes);
        ablation.Run([s_test], repetitions: 1);
        Assert.Equal(0, tiles.Dispatches + tilesTwin.Dispatches);
        Assert.True(panelsTwin.Dispatches > 0);
    }

    [Fact]
    public void A_pattern_takes_routes_out_but_never_the_reference()
    {
        NamedRoute simd = new("cpu.matmul.q8_0.simd", 100), reference = NamedRoute.Reference();
        using var model = new RecordedModel(reference, simd);
        using var ablation = new RouteAblation(model.Model, model.Backend, model.Options, "cpu.matmul.*");
        ablation.Run([s_test], repetitions: 2);
        Assert.Equal(reference.Dispatches, simd.Dispatches);
        Assert.True(simd.Dispatches > 0);
    }

    [Fact]
    public void The_sides_take_turns_and_run_the_same_tokens()
    {
        using var model = new RecordedModel(NamedRoute.Reference(), new NamedRoute("cpu.matmul.simd", 1));
        using var ablation = new RouteAblation(model.Model, model.Backend, model.Options, "*.simd");
        ablation.Run([s_test], repetitions: 2, warmUp: false);
        var tokens = model.Backend.Batches.Select(batch => batch.Tokens).ToList();
        Assert.Equal(4, tokens.Count);
        Assert.Equal(tokens[0], tokens[1]);
        Assert.Equal(tokens[2], tokens[3]);
        Assert.NotEqual(tokens[0], tokens[2]);
    }

    [Fact]
    public void A_route_that_runs_although_it_is_off_is_refused()
    {
        var simd = new NamedRoute("cpu.matmul.simd", 1);
        using var model = new RecordedModel(new RecordingBackend([simd, NamedRoute.Reference()], ignoresPolicy: true), 512);
        using var ablation = new RouteAblation(model.Model, model.Backend, model.Options, "*.simd");
        var failure = Assert.Throws<AblationException>(() => ablation.Run([s_test], repetitions: 2));
        Assert.Contains("although it was switched off", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_that_never_run_are_refused_even_if_the_test_runs()
    {
        using var model = new RecordedModel(NamedRoute.Reference(), new NamedRoute("cpu.matmul.low", 1), new NamedRoute("cpu.matmul.high", 2));
        using var ablation = new RouteAblation(model.Model, model.Backend, model.Options, "*.low");
        var failure = Assert.Throws<AblationException>(() => ablation.Run([s_test], repetitions: 2));
        Assert.Contains("cpu.matmul.low", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_twin_that_does_not_take_the_place_is_refused()
    {
        // A twin that is on by default is not preferred by name, so the route between the two would be measured in its stead.
        using var model = new RecordedModel(
            NamedRoute.Reference(), new NamedRoute("cpu.matmul.v", 9), new NamedRoute("cpu.matmul.v.generic", 1, RouteSetting.On), new NamedRoute("cpu.matmul.simd", 5));
        using var ablation = new RouteAblation(model.Model, model.Backend, model.Options, AblatedRoutes.Specialization);
        var failure = Assert.Throws<AblationException>(() => ablation.Run([s_test], repetitions: 1));
        Assert.Contains("cpu.matmul.v.generic did not run", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AblatedRoutes.Specialization, "generic twin")]
    [InlineData("cpu.nothing.*", "matches no route")]
    [InlineData("cpu.matmul.reference", "matches no route")]
    public void What_means_no_route_is_refused(string what, string expected)
    {
        using var model = new RecordedModel(NamedRoute.Reference(), new NamedRoute("cpu.matmul.simd", 1));
        Assert.Contains(expected, Assert.Throws<AblationException>(() => new RouteAblation(model.Model, model.Backend, model.Options, what)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_routes_only_leave_nothing_to_switch_off()
    {
        using var model = new RecordedModel();
        Assert.Throws<AblationException>(() => new RouteAblation(model.Model, model.Backend, model.Options with { Policy = RoutePolicy.Reference }, "*"));
    }

    [Fact]
    public void The_callers_rules_hold_on_both_sides()
    {
        NamedRoute a = new("cpu.matmul.a", 3), b = new("cpu.matmul.b", 2), c = new("cpu.matmul.c", 1);
        using var model = new RecordedModel(NamedRoute.Reference(), a, b, c);
        var options = model.Options with { Policy = RoutePolicy.Create(rules: ["*.b=off"]) };
        using var ablation = new RouteAblation(model.Model, model.Backend, options, "*.a");
        ablation.Run([s_test], repetitions: 1);
        Assert.Equal(0, b.Dispatches);
        Assert.True(a.Dispatches > 0 && a.Dispatches == c.Dispatches);
    }
}

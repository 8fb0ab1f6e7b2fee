using Lathe.Engine.Routing;

namespace Lathe.Engine.Tests.Routing;

public sealed class RouteRuleTests
{
    [Theory]
    [InlineData("cpu.matmul.*=off", "cpu.matmul.q8_0.simd", 3, true)]
    [InlineData("cpu.matmul.*=off", "cpu.glu.simd", 3, false)]
    [InlineData("*=auto", "anything", -1, true)]
    [InlineData("cpu.matmul.q?_0.simd=on", "cpu.matmul.q4_0.simd", 0, true)]
    [InlineData("cpu.glu.simd=off@layers=2-4", "cpu.glu.simd", 2, true)]
    [InlineData("cpu.glu.simd=off@layers=2-4", "cpu.glu.simd", 4, true)]
    [InlineData("cpu.glu.simd=off@layers=2-4", "cpu.glu.simd", 5, false)]
    [InlineData("cpu.glu.simd=off@layers=7", "cpu.glu.simd", 7, true)]
    [InlineData("cpu.glu.simd=off@layers=0-9", "cpu.glu.simd", -1, false)]
    public void Patterns_and_layers_decide_what_a_rule_speaks_of(string rule, string route, int layer, bool expected) =>
        Assert.Equal(expected, RouteRule.Parse(rule).Matches(route, layer));

    [Theory]
    [InlineData("")]
    [InlineData("cpu.matmul.*")]
    [InlineData("=off")]
    [InlineData("cpu.*=maybe")]
    [InlineData("cpu.*=1")]
    [InlineData("cpu.*=off@layers=4-2")]
    [InlineData("cpu.*=off@layers=a-b")]
    [InlineData("cpu.*=off@heads=1-2")]
    public void What_is_not_a_rule_is_refused_with_the_text_in_the_message(string text) =>
        Assert.Contains(text, Assert.Throws<RouteException>(() => RouteRule.Parse(text)).Message);

    [Theory]
    [InlineData("cpu.matmul.*=off")]
    [InlineData("*=on@layers=0-3")]
    public void A_rule_prints_as_it_was_written(string text) => Assert.Equal(text, RouteRule.Parse(text).ToString());
}

using System.Diagnostics;
using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>A template is hostile input: whatever it tries ends soon, in a <see cref="TemplateException"/>.</summary>
public sealed class TemplateLimitsTests
{
    private static readonly Dictionary<string, TemplateValue> s_none = [];

    public static TheoryData<string> DeepSources()
    {
        const int Depth = 100_000;
        string Times(string text) => string.Concat(Enumerable.Repeat(text, Depth));
        return
        [
            "{{ " + Times("(") + "1" + Times(")") + " }}",
            "{{ " + Times("[") + Times("]") + " }}",
            "{{ " + Times("{1:") + "1" + Times("}") + " }}",
            "{{ " + Times("not ") + "1 }}",
            "{{ " + Times("-") + "1 }}",
            "{{ 1" + Times(" + 1") + " }}",
            "{{ 1" + Times(" ** 1") + " }}",
            "{{ x" + Times(".x") + " }}",
            "{{ x" + Times("[0]") + " }}",
            "{{ x" + Times("()") + " }}",
            "{{ x" + Times("|string") + " }}",
            "{{ 1" + Times(" if 1 else 1") + " }}",
            "{{ " + Times("f(") + Times(")") + " }}",
            "{% set " + Times("(") + "a" + Times(")") + " = 1 %}",
            Times("{% if 1 %}") + Times("{% endif %}"),
            Times("{% for x in [1] %}") + Times("{% endfor %}"),
            Times("{% macro m() %}") + Times("{% endmacro %}"),
            Times("{% filter trim %}") + Times("{% endfilter %}"),
            Times("{% set x %}") + Times("{% endset %}"),
            Times("{% call m() %}") + Times("{% endcall %}"),
        ];
    }

    [Theory]
    [MemberData(nameof(DeepSources))]
    public void Deep_nesting_is_an_error(string source) => Fails(source);

    [Theory]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurses too deeply")]
    [InlineData("{% macro f() %}{% call f() %}{% endcall %}{{ caller() }}{% endmacro %}{{ f() }}", "recurses too deeply")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "recurses too deeply")]
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", "recurses too deeply")]
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x | tojson }}", "recurses too deeply")]
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x == [n.x] }}", "recurses too deeply")]
    [InlineData("{% set n = namespace(x=['a']) %}{% for i in range(9999) %}{% set n.x = n.x | map('string') %}{% endfor %}{{ n.x | list }}", "recurses too deeply")]
    [InlineData("{% set n = namespace() %}{% set n.n = n %}{{ n }}", "recurses too deeply")]
    [InlineData("{{ range(10 ** 9) }}", "longer than the limit")]
    [InlineData("{{ range(0, 10 ** 30, 1) }}", "longer than the limit")]
    [InlineData("{{ 'a' * 10 ** 9 }}", "more than the limit")]
    [InlineData("{{ [1] * 10 ** 9 }}", "more than the limit")]
    [InlineData("{{ 10 ** 100000 }}", "larger than the limit")]
    [InlineData("{{ 2 ** 8000 * 2 ** 8000 }}", "larger than the limit")]
    [InlineData("{{ 'a'.center(10 ** 9) }}", "more than the limit")]
    [InlineData("{{ '%999999999d' % 1 }}", "more than the limit")]
    [InlineData("{{ '{:999999999}'.format(1) }}", "more than the limit")]
    [InlineData("{{ '%.999999999f' % 1.0 }}", "larger than the limit")]
    [InlineData("{{ [1] | batch(10 ** 9, 0) | list }}", "more than the limit")]
    [InlineData("{{ [1] | slice(10 ** 9) | list }}", "more than")]
    [InlineData("{{ ('a' * 10 ** 6).replace('a', 'b' * 10 ** 6) }}", "more than the limit")]
    [InlineData("{{ ('a' * 10 ** 6).replace('', 'b' * 10 ** 6) }}", "more than the limit")]
    [InlineData("{{ ('{0}' * 10 ** 6).format('b' * 10 ** 6) }}", "more than the limit")]
    [InlineData("{{ ('%(a)s' * 10 ** 6) % {'a': 'b' * 10 ** 6} }}", "more than the limit")]
    [InlineData("{{ (['a' * 10 ** 6] * 10 ** 4) | join }}", "more than the limit")]
    [InlineData("{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "more than the limit")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}", "more than the limit")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}", "larger than the limit")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | tojson }}", "larger than the limit")]
    [InlineData("{% set n = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}", "steps")]
    [InlineData("{% set r = range(100000) %}{% for i in r %}{% for j in r %}{% for k in r %}{% endfor %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set x = 'a' * 10 ** 6 %}{% for i in range(100000) %}{{ x }}{% endfor %}", "longer than the limit")]
    [InlineData("{% set x = 'a' * 10 ** 6 %}{% for i in range(100000) %}{% set y = x ~ i %}{% endfor %}", "constructs more than")]
    [InlineData("{% set x = 'a' * 10 ** 6 %}{% set y = 'a' * 10 ** 5 ~ 'b' %}{% for i in range(100000) %}{{ y in x }}{% endfor %}", "steps")]
    [InlineData("{% set x = 'a' * 10 ** 6 %}{% for i in range(100000) %}{{ x.rfind('a') }}{% endfor %}", "steps")]
    [InlineData("{% set d = {'a' * 10 ** 6: 1} %}{% for i in range(100000) %}{{ d['a' * 10 ** 6 ~ ''] }}{% endfor %}", "more than")]
    [InlineData("{% set x = '9' * 2000 %}{% for i in range(100000) %}{% set y = x | int %}{% endfor %}", "steps")]
    [InlineData("{% for i in range(100000) %}{% for j in range(1000) %}{% set y = 0.1 | round(300) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{{ ('a ' * 10 ** 6) | wordwrap(1) | length }}{{ ('a' * 10 ** 6) | wordwrap(1) | length }}{{ ('a ' * 10 ** 6) | wordwrap(10 ** 6) | length }}", "")]
    public void Exhausting_a_resource_is_an_error(string source, string reason)
    {
        if (reason.Length == 0)
        {
            InTime(() => ChatTemplate.Parse(source).Render(s_none));
            return;
        }

        Assert.Contains(reason, Fails(source).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_stack_is_an_error_too()
    {
        TemplateException? exception = null;
        var thread = new Thread(
            () => exception = Assert.Throws<TemplateException>(
                () => ChatTemplate.Parse("{% macro f() %}{% if 1 %}{{ [f()] }}{% endif %}{% endmacro %}{{ f() }}").Render(s_none)),
            maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        Assert.Contains("recurses too deeply", exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_can_be_tightened()
    {
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse("{{ 1 }}{{ 2 }}", new TemplateLimits { MaxSteps = 3 }).Render(s_none));
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse("abcd", new TemplateLimits { MaxOutputLength = 3 }).Render(s_none));
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse("abcd", new TemplateLimits { MaxSourceLength = 3 }));
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse("{{ ((1)) }}", new TemplateLimits { MaxNesting = 3 }));
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse("{{ range(4) }}", new TemplateLimits { MaxRangeLength = 3 }).Render(s_none));
        Assert.Equal("abc", ChatTemplate.Parse("abc", new TemplateLimits { MaxOutputLength = 3 }).Render(s_none));
    }

    [Fact]
    public void Many_adjacent_pieces_parse_in_linear_time()
    {
        var strings = "{{ (" + string.Concat(Enumerable.Repeat("'a' ", 200_000)) + ") | length }}";
        Assert.Equal("200000", InTime(() => ChatTemplate.Parse(strings).Render(s_none)));
        var branches = "{% if 0 %}" + string.Concat(Enumerable.Repeat("{% elif 0 %}", 100_000)) + "{% else %}x{% endif %}";
        Assert.Equal("x", InTime(() => ChatTemplate.Parse(branches).Render(s_none)));
    }

    private static TemplateException Fails(string source) =>
        InTime(() => Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source).Render(s_none)));

    private static T InTime<T>(Func<T> action)
    {
        // Generous, for slow and busy machines: what these tests exclude takes hours.
        var watch = Stopwatch.StartNew();
        var result = action();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
        return result;
    }
}

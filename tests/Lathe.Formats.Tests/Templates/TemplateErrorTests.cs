using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>Errors name the line and the column of what was wrong.</summary>
public sealed class TemplateErrorTests
{
    [Theory]
    [InlineData("a\n{{ x.y }}", 2, 6, "'x' is undefined.")]
    [InlineData("a\n{{ x.y }}", 2, 6, "Template line 2, column 6")]
    [InlineData("{{ {}.a.b }}", 1, 9, "a value of type 'dict' has no attribute 'a'.")]
    [InlineData("{{ 1 +\n 'a' }}", 1, 6, "'+' cannot combine values of the types 'int' and 'str'.")]
    [InlineData("x {% if 1 %}\n\n  y", 3, 4, "the template ends where 'elif' or 'else' or 'endif' was expected.")]
    [InlineData("\n\n{% nope %}", 3, 4, "unknown tag 'nope'.")]
    [InlineData("{% include 'x' %}", 1, 4, "'include' is not available")]
    [InlineData("{{ 1 | nope }}", 1, 8, "there is no filter 'nope'.")]
    [InlineData("{{ 1 is nope }}", 1, 9, "there is no test 'nope'.")]
    [InlineData("{{ (1 }}", 1, 7, "unexpected '}', expected ')'.")]
    [InlineData("{{ (1", 1, 4, "the '(' is never closed.")]
    [InlineData("ab {{ 1", 1, 4, "the tag that begins here is never closed.")]
    [InlineData("{# a", 1, 1, "the comment that begins here has no '#}'.")]
    [InlineData("{% raw %}", 1, 1, "the raw block that begins here has no 'endraw'.")]
    [InlineData("{{ 'a }}", 1, 4, "the string that begins here is never closed.")]
    [InlineData("{{ 1 $ }}", 1, 6, "unexpected character '$'.")]
    [InlineData("{{ '\\xg' }}", 1, 6, "needs 2 hexadecimal digits")]
    [InlineData("{% for x in 5 %}{% endfor %}", 1, 4, "a value of type 'int' cannot be iterated.")]
    [InlineData("{% macro m() %}\n{{ a.b }}{% endmacro %}\n{{ m() }}", 2, 6, "'a' is undefined.")]
    [InlineData("{{ raise_exception('no system role') }}", 1, 19, "no system role")]
    [InlineData("{{ 'a' | replace('b') }}", 1, 10, "'replace' needs the argument 'new'.")]
    [InlineData("{{ 'a' | upper(1) }}", 1, 10, "'upper' takes at most 1 arguments, not 2.")]
    [InlineData("{{ 'a' | trim(nope=1) }}", 1, 10, "'trim' has no parameter 'nope'.")]
    [InlineData("{{ [1].append(2) }}", 1, 14, "values of a template cannot change")]
    [InlineData("é\r\n🙂{{ x() }}", 2, 7, "'x' is undefined.")]
    public void Errors_have_a_place_and_a_reason(string source, int line, int column, string reason)
    {
        var exception = Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source).Render(new Dictionary<string, TemplateValue>()));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (exception.Line, exception.Column));
    }
}

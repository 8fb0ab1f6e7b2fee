using System.Text;
using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>Damaged templates render to text or fail with a <see cref="TemplateException"/>: never otherwise, and never for long.</summary>
public sealed class TemplateMutationTests
{
    private const int MutationsPerTemplate = 60;

    private static readonly string[] s_fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "(", ")", "[", "]", "{", "}", "'", "\"", "|", ".", ",", "=", "==", "**", "//", "~", ":", "*",
        " not ", " in ", " is ", " if ", " else ", " and ", "loop", "loop(", "|tojson", "|list", "|length", "|map('upper')", "|select", "|first", "[::-1]",
        "{% endif %}", "{% endfor %}", "{% for x in messages recursive %}", "{% set x = messages %}", "{% macro f(x) %}", "{% endmacro %}", "{% raw %}",
        "{% break %}", "messages", "none", "1e999", "99999999999999999999", "-1", "0", "''", "\\", "\\x", "\\ud800", "é", "🙂", "\0", "\r\n", "\t",
    ];

    private static readonly TemplateLimits s_limits = new() { MaxSteps = 200_000, MaxAllocation = 4 << 20, MaxOutputLength = 1 << 20 };

    public static TheoryData<string> Names() => [.. TemplateCorpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Damaged_templates_fail_cleanly(string name)
    {
        var source = TemplateCorpus.Source(name);
        var random = new Random(source.Length);
        for (var i = 0; i < MutationsPerTemplate; i++)
        {
            var mutant = Mutate(source, random);
            var input = TemplateCorpus.Input(TemplateCorpus.Cases[random.Next(TemplateCorpus.Cases.Count)]);
            try
            {
                Assert.NotNull(ChatTemplate.Parse(mutant, s_limits).Render(input));
            }
            catch (TemplateException exception)
            {
                Assert.True(exception.Line > 0 && exception.Column > 0, exception.Message);
            }
        }
    }

    private static string Mutate(string source, Random random)
    {
        var mutant = new StringBuilder(source);
        for (var edits = random.Next(1, 4); edits > 0 && mutant.Length > 0; edits--)
        {
            var position = random.Next(mutant.Length);
            var length = Math.Min(random.Next(1, 20), mutant.Length - position);
            switch (random.Next(5))
            {
                case 0:
                    mutant.Remove(position, length);
                    break;
                case 1:
                    mutant.Insert(position, s_fragments[random.Next(s_fragments.Length)]);
                    break;
                case 2:
                    mutant[position] = (char)random.Next(32, 127);
                    break;
                case 3:
                    mutant.Insert(random.Next(mutant.Length), mutant.ToString(position, length));
                    break;
                default:
                    mutant.Remove(position, length).Insert(position, s_fragments[random.Next(s_fragments.Length)]);
                    break;
            }
        }

        return mutant.ToString();
    }
}

using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>One call of a <see cref="Builtin"/>: its arguments by position, converted on request.</summary>
internal sealed class Invocation(
    Interpreter interpreter,
    Builtin target,
    TemplateValue?[] values,
    TemplateValue[] extraPositional,
    List<KeyValuePair<string, TemplateValue>> extraNamed)
{
    public Interpreter Interpreter => interpreter;

    public RenderBudget Budget => interpreter.Budget;

    public TemplateValue[] ExtraPositional => extraPositional;

    public IReadOnlyList<KeyValuePair<string, TemplateValue>> ExtraNamed => extraNamed;

    public TemplateValue this[int index] => values[index] ?? TemplateValue.None;

    /// <summary>Whether the argument was given, and not as none.</summary>
    public bool Has(int index) => values[index] is not (null or NoneValue);

    /// <summary>Whether the argument was given, be it as none.</summary>
    public bool IsGiven(int index) => values[index] is not null;

    /// <summary>The text of any value, as <c>str()</c> gives it.</summary>
    public string ToText(int index) => interpreter.ToText(this[index]);

    /// <summary>A string; anything else is an error.</summary>
    public string Text(int index) => this[index] switch
    {
        StringValue text => text.Text,
        UndefinedValue undefined => throw undefined.Error(),
        var other => throw Mismatch(index, "a string", other),
    };

    public string Text(int index, string otherwise) => Has(index) ? Text(index) : otherwise;

    /// <summary>An integer, brought into the range of <see cref="int"/>.</summary>
    public int Integer(int index)
    {
        if (Numbers.TryInteger(this[index], out var value))
        {
            return (int)BigInteger.Clamp(value, -int.MaxValue, int.MaxValue);
        }

        throw this[index] is UndefinedValue undefined ? undefined.Error() : Mismatch(index, "an integer", this[index]);
    }

    public int Integer(int index, int otherwise) => Has(index) ? Integer(index) : otherwise;

    public bool Flag(int index, bool otherwise) => values[index]?.IsTruthy ?? otherwise;

    /// <summary>The items of anything that can be iterated.</summary>
    public IEnumerable<TemplateValue> Items(int index) => Interpreter.Iterate(this[index]);

    private TemplateException Mismatch(int index, string expected, TemplateValue actual) =>
        new($"'{target.Name}' needs {expected} as '{target.ParameterName(index)}', not a value of type '{actual.TypeName}'.");
}

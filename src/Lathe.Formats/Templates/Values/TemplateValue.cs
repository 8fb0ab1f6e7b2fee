using System.Numerics;
using System.Text.Json;

namespace Lathe.Formats.Templates;

/// <summary>
/// A value of a template: undefined, none, boolean, integer, float, string, list, dict or callable. Values are immutable,
/// as in the sandbox that chat templates are written for, so one may be shared between renderings.
/// </summary>
public abstract class TemplateValue
{
    private protected TemplateValue()
    {
    }

    /// <summary>The value of a variable that is not there.</summary>
    public static TemplateValue Undefined { get; } = new UndefinedValue("the value is undefined");

    public static TemplateValue None => NoneValue.Instance;

    public static TemplateValue True => BooleanValue.True;

    public static TemplateValue False => BooleanValue.False;

    /// <summary>Whether <c>if</c> takes the value as true.</summary>
    public abstract bool IsTruthy { get; }

    /// <summary>The name of the type in Python, which error messages use.</summary>
    internal abstract string TypeName { get; }

    public static implicit operator TemplateValue(string? text) => text is null ? None : new StringValue(text);

    public static implicit operator TemplateValue(bool value) => BooleanValue.Of(value);

    public static implicit operator TemplateValue(long value) => new IntegerValue(value);

    public static implicit operator TemplateValue(BigInteger value) => new IntegerValue(value);

    public static implicit operator TemplateValue(double value) => new FloatValue(value);

    public static implicit operator TemplateValue(JsonElement element) => FromJson(element);

    /// <summary>Converts JSON; objects keep their order, numbers without fraction and exponent are integers.</summary>
    /// <exception cref="TemplateException">The JSON holds text that is not valid Unicode, or is undefined.</exception>
    public static TemplateValue FromJson(JsonElement element) => JsonConversion.Convert(element);

    /// <summary>A list of values.</summary>
    public static TemplateValue FromList(IEnumerable<TemplateValue> items) => new ListValue([.. items]);

    /// <summary>A dict with string keys, in the order given.</summary>
    public static TemplateValue FromDict(IEnumerable<KeyValuePair<string, TemplateValue>> entries) => DictValue.Of(entries);

    /// <summary>A function that a template can call with positional arguments.</summary>
    public static TemplateValue FromFunction(string name, Func<IReadOnlyList<TemplateValue>, TemplateValue> function) =>
        new FunctionValue(new Builtin(name, call => function(call.ExtraPositional), "*"));

    /// <summary>The text that <c>{{ value }}</c> prints, which is Python's <c>str()</c>.</summary>
    public sealed override string ToString() => ValuePrinter.ToText(this, new RenderBudget(TemplateLimits.Default));

    /// <summary>The attribute of this name, such as a method; null where there is none.</summary>
    internal virtual TemplateValue? GetAttribute(string name) => null;

    /// <summary>The item at this key or index; null where there is none.</summary>
    internal virtual TemplateValue? GetItem(TemplateValue key) => null;
}

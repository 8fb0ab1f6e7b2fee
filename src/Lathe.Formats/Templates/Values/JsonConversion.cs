using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lathe.Formats.Templates;

/// <summary>JSON to values. The JSON reader bounds the nesting, by default to 64 levels.</summary>
internal static class JsonConversion
{
    public static TemplateValue Convert(JsonElement element)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException("the JSON is nested too deeply.");
        }

        return ConvertNode(element);
    }

    private static TemplateValue ConvertNode(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => TemplateValue.None,
        JsonValueKind.True => TemplateValue.True,
        JsonValueKind.False => TemplateValue.False,
        JsonValueKind.String => new StringValue(Text(element)),
        JsonValueKind.Number => Number(element),
        JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(Convert)]),
        JsonValueKind.Object => DictValue.Of(element.EnumerateObject().Select(property => KeyValuePair.Create(Name(property), Convert(property.Value)))),
        JsonValueKind.Undefined => throw new TemplateException("a JSON element without a value cannot be given to a template."),
        _ => throw new InvalidOperationException($"JSON kind {element.ValueKind} has no template value."),
    };

    private static TemplateValue Number(JsonElement element)
    {
        // Python's reader: a number is a float if it has a fraction or an exponent, else an integer of any size.
        var digits = element.GetRawText();
        if (digits.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return new FloatValue(double.Parse(digits, CultureInfo.InvariantCulture));
        }

        if (digits.Length > TemplateLimits.Default.MaxIntegerBits / 4)
        {
            throw new TemplateException($"a JSON integer of {digits.Length} digits is too long.");
        }

        return new IntegerValue(BigInteger.Parse(digits, CultureInfo.InvariantCulture));
    }

    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new TemplateException("a JSON string holds half of a surrogate pair, which is not valid Unicode.", 0, 0, exception);
        }
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new TemplateException("a JSON property name holds half of a surrogate pair, which is not valid Unicode.", 0, 0, exception);
        }
    }
}

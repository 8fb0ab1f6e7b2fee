using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>The attribute argument of filters: an index, or names and indices with dots between, as in <c>function.name</c>.</summary>
internal static class ItemPath
{
    public static TemplateValue Follow(TemplateValue path, TemplateValue item, Invocation call, TemplateValue? otherwise = null)
    {
        if (path is not StringValue names)
        {
            return OrDefault(call.Interpreter.Item(item, path), otherwise);
        }

        foreach (var name in names.Text.Split('.'))
        {
            TemplateValue key = name.Length is > 0 and < 10 && name.All(char.IsAsciiDigit)
                ? new IntegerValue(BigInteger.Parse(name))
                : new StringValue(name);
            item = OrDefault(call.Interpreter.Item(item, key), otherwise);
        }

        return item;
    }

    private static TemplateValue OrDefault(TemplateValue value, TemplateValue? otherwise) =>
        value is UndefinedValue && otherwise is not null ? otherwise : value;
}

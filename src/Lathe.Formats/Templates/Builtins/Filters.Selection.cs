namespace Lathe.Formats.Templates;

/// <summary>The filters that apply filters and tests to each item.</summary>
internal static partial class Filters
{
    private static IteratorValue MapItems(Invocation call)
    {
        var attribute = call.ExtraNamed.FirstOrDefault(argument => argument.Key == "attribute").Value;
        if (call.ExtraPositional.Length == 0 && attribute is not null)
        {
            var otherwise = call.ExtraNamed.FirstOrDefault(argument => argument.Key == "default").Value;
            if (call.ExtraNamed.Count > (otherwise is null ? 1 : 2))
            {
                throw new TemplateException("'map' with an attribute takes no named argument but 'default'.");
            }

            return new IteratorValue(ItemsIfAny(call).Select(item => ItemPath.Follow(attribute, item, call, otherwise)), call.Budget);
        }

        if (call.ExtraPositional is not [StringValue filter, .. var rest])
        {
            throw new TemplateException("'map' needs the name of a filter, or attribute=...");
        }

        var arguments = new CallArguments(rest, [.. call.ExtraNamed]);
        return new IteratorValue(ItemsIfAny(call).Select(item => call.Interpreter.ApplyFilter(filter.Text, item, arguments)), call.Budget);
    }

    private static IteratorValue Select(Invocation call, bool accepts, bool byAttribute)
    {
        var rest = call.ExtraPositional;
        TemplateValue? attribute = null;
        if (byAttribute)
        {
            attribute = rest.Length > 0 ? rest[0] : throw new TemplateException("the name of an attribute is missing.");
            rest = rest[1..];
        }

        var test = rest.Length == 0 ? null : rest[0] as StringValue ?? throw new TemplateException("the name of a test is a string.");
        var arguments = new CallArguments(test is null ? [] : rest[1..], [.. call.ExtraNamed]);
        bool Passes(TemplateValue item)
        {
            var value = attribute is null ? item : ItemPath.Follow(attribute, item, call);
            return (test is null ? value.IsTruthy : call.Interpreter.ApplyTest(test.Text, value, arguments)) == accepts;
        }

        // Each item counts, also where none passes.
        return new IteratorValue(
            ItemsIfAny(call).Where(item =>
            {
                call.Budget.Step();
                return Passes(item);
            }),
            call.Budget);
    }

    /// <summary>These filters look at their input when the first item is asked for, and take anything false as empty.</summary>
    private static IEnumerable<TemplateValue> ItemsIfAny(Invocation call)
    {
        if (!call[0].IsTruthy)
        {
            yield break;
        }

        foreach (var item in call.Items(0))
        {
            yield return item;
        }
    }
}

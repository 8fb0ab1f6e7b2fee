using System.Collections.Frozen;
using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>The functions that are there without being defined.</summary>
internal static class Globals
{
    public static FrozenDictionary<string, TemplateValue> Table { get; } = new Builtin[]
    {
        new("range", Range, "start", "stop?", "step?"),
        new("dict", MakeDict, "items?", "**"),
        new("namespace", MakeNamespace, "items?", "**"),
        new("cycler", call => new CyclerValue(call.ExtraPositional), "*"),
        new("joiner", call => new JoinerValue(call.Text(0, ", ")), "sep?"),
        new("raise_exception", call => throw new TemplateException(call.ToText(0)), "message"),
        new("strftime_now", call => new StringValue(TimeFormat.Apply(call.Text(0), call.Interpreter.Now, call.Budget)), "format"),
    }.ToFrozenDictionary(builtin => builtin.Name, builtin => (TemplateValue)new FunctionValue(builtin));

    private static ListValue Range(Invocation call)
    {
        var hasStop = call.Has(1);
        BigInteger start = hasStop ? call.Integer(0) : 0;
        BigInteger stop = call.Integer(hasStop ? 1 : 0);
        BigInteger step = call.Integer(2, 1);
        if (step.IsZero)
        {
            throw new TemplateException("the step of a range cannot be zero.");
        }

        var count = BigInteger.Max(0, step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        if (count > call.Budget.Limits.MaxRangeLength)
        {
            throw new TemplateException($"a range of {count} numbers is longer than the limit of {call.Budget.Limits.MaxRangeLength}.");
        }

        call.Budget.AllocateItems((long)count);
        return ListValue.Range(start, stop, step, (int)count);
    }

    private static DictValue MakeDict(Invocation call) => DictValue.Of(Entries(call));

    private static NamespaceValue MakeNamespace(Invocation call)
    {
        var result = new NamespaceValue();
        foreach (var (key, value) in Entries(call))
        {
            result.Set(key is StringValue name ? name.Text : throw new TemplateException("the attributes of a namespace are named by strings."), value);
        }

        return result;
    }

    /// <summary>The entries of a dict or of a list of pairs, then the named arguments.</summary>
    private static List<KeyValuePair<TemplateValue, TemplateValue>> Entries(Invocation call)
    {
        List<KeyValuePair<TemplateValue, TemplateValue>> entries = [];
        if (call[0] is DictValue dict)
        {
            entries.AddRange(dict.Entries);
        }
        else if (call.Has(0))
        {
            foreach (var item in call.Items(0))
            {
                TemplateValue[] pair = [.. Interpreter.Iterate(item).Take(3)];
                entries.Add(pair.Length == 2 ? new(pair[0], pair[1]) : throw new TemplateException("a dict is made of pairs of key and value."));
            }
        }

        entries.AddRange(call.ExtraNamed.Select(argument => KeyValuePair.Create((TemplateValue)new StringValue(argument.Key), argument.Value)));
        call.Budget.AllocateItems(entries.Count);
        return entries;
    }
}

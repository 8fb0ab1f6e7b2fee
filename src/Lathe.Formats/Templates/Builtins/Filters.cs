using System.Collections.Frozen;

namespace Lathe.Formats.Templates;

/// <summary>The filters: the table.</summary>
internal static partial class Filters
{
    public static FrozenDictionary<string, Builtin> Table { get; } = new Builtin[]
    {
        // Values and numbers.
        new("abs", Absolute, "value"),
        new("attr", Attr, "value", "name"),
        new("d", Default, "value", "default_value?", "boolean?"),
        new("default", Default, "value", "default_value?", "boolean?"),
        new("filesizeformat", FileSize, "value", "binary?"),
        new("float", ToFloat, "value", "default?"),
        new("int", ToInteger, "value", "default?", "base?"),
        new("round", Round, "value", "precision?", "method?"),
        new("string", ToText, "value"),
        new("tojson", ToJson, "value", "ensure_ascii?", "indent?", "separators?", "sort_keys?"),

        // Text.
        new("capitalize", call => Map(call, PythonCharacters.Capitalize), "s"),
        new("center", Center, "value", "width?"),
        new("e", Escape, "s"),
        new("escape", Escape, "s"),
        new("forceescape", call => new StringValue(Html.Escape(call.ToText(0), call.Budget), isMarkup: true), "value"),
        new("format", Format, "value", "*", "**"),
        new("indent", Indent, "s", "width?", "first?", "blank?"),
        new("lower", call => Map(call, PythonCharacters.ToLower), "s"),
        new("replace", Replace, "s", "old", "new", "count?"),
        new("safe", call => new StringValue(call.ToText(0), isMarkup: true), "value"),
        new("striptags", StripTags, "value"),
        new("title", call => Map(call, Title), "s"),
        new("trim", Trim, "value", "chars?"),
        new("truncate", Truncate, "s", "length?", "killwords?", "end?", "leeway?"),
        new("upper", call => Map(call, PythonCharacters.ToUpper), "s"),
        new("urlencode", UrlEncode, "value"),
        new("wordcount", WordCount, "s"),
        new("wordwrap", WordWrap, "s", "width?", "break_long_words?", "wrapstring?", "break_on_hyphens?"),
        new("xmlattr", XmlAttributes, "d", "autospace?"),

        // Sequences.
        new("batch", Batch, "value", "linecount", "fill_with?"),
        new("count", Length, "obj"),
        new("dictsort", DictSort, "value", "case_sensitive?", "by?", "reverse?"),
        new("first", First, "seq"),
        new("groupby", GroupBy, "value", "attribute", "default?", "case_sensitive?"),
        new("items", Items, "value"),
        new("join", Join, "value", "d?", "attribute?"),
        new("last", Last, "seq"),
        new("length", Length, "obj"),
        new("list", call => Collect(call, call.Items(0)), "value"),
        new("map", MapItems, "value", "*", "**"),
        new("max", call => Extreme(call, sign: 1), "value", "case_sensitive?", "attribute?"),
        new("min", call => Extreme(call, sign: -1), "value", "case_sensitive?", "attribute?"),
        new("reject", call => Select(call, accepts: false, byAttribute: false), "value", "*", "**"),
        new("rejectattr", call => Select(call, accepts: false, byAttribute: true), "value", "*", "**"),
        new("reverse", Reverse, "value"),
        new("select", call => Select(call, accepts: true, byAttribute: false), "value", "*", "**"),
        new("selectattr", call => Select(call, accepts: true, byAttribute: true), "value", "*", "**"),
        new("slice", Slice, "value", "slices", "fill_with?"),
        new("sort", Sort, "value", "reverse?", "case_sensitive?", "attribute?"),
        new("sum", Sum, "iterable", "attribute?", "start?"),
        new("unique", Unique, "value", "case_sensitive?", "attribute?"),
    }.ToFrozenDictionary(builtin => builtin.Name);

    private static ListValue Collect(Invocation call, IEnumerable<TemplateValue> items)
    {
        List<TemplateValue> result = [];
        foreach (var item in items)
        {
            call.Budget.AllocateItems(1);
            result.Add(item);
        }

        return ListValue.From(result);
    }
}

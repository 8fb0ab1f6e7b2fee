using System.Collections.Frozen;

namespace Lathe.Formats.Templates;

/// <summary>The methods of lists and tuples.</summary>
internal static class SequenceMethods
{
    private static readonly FrozenSet<string> s_mutators =
        FrozenSet.Create("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    public static FrozenDictionary<string, Builtin> Table { get; } = new Builtin[]
    {
        new("count", call => (long)((ListValue)call[0]).Count(item => Ordering.AreEqual(item, call[1], call.Budget)), "self", "value"),
        new("index", Index, "self", "value", "start?", "stop?"),
        new("copy", call => call[0], "self"),
    }.ToFrozenDictionary(builtin => builtin.Name);

    /// <summary>Whether the sandbox bars the method because it would change the list.</summary>
    public static bool IsMutator(string name) => s_mutators.Contains(name);

    private static TemplateValue Index(Invocation call)
    {
        var list = (ListValue)call[0];
        var range = SliceRange.Of(call[2], call[3], TemplateValue.None, list.Count);
        for (var i = range.Start; i < range.Start + range.Count; i++)
        {
            if (Ordering.AreEqual(list[i], call[1], call.Budget))
            {
                return (long)i;
            }
        }

        throw new TemplateException($"{ValuePrinter.Repr(call[1], call.Budget)} is not in the list.");
    }
}

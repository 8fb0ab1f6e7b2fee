using System.Collections.Frozen;

namespace Lathe.Formats.Templates;

/// <summary>The methods of dicts.</summary>
internal static class DictMethods
{
    private static readonly FrozenSet<string> s_mutators = FrozenSet.Create("clear", "pop", "popitem", "setdefault", "update");

    public static FrozenDictionary<string, Builtin> Table { get; } = new Builtin[]
    {
        new("get", Get, "self", "key", "default?"),
        new("items", call => View(call, SequenceKind.Items), "self"),
        new("keys", call => View(call, SequenceKind.Keys), "self"),
        new("values", call => View(call, SequenceKind.Values), "self"),
        new("copy", call => call[0], "self"),
    }.ToFrozenDictionary(builtin => builtin.Name);

    /// <summary>Whether the sandbox bars the method because it would change the dict.</summary>
    public static bool IsMutator(string name) => s_mutators.Contains(name);

    private static TemplateValue Get(Invocation call)
    {
        call.Budget.Work((call[1] as StringValue)?.Text.Length ?? 0);
        return ((DictValue)call[0]).TryGetValue(call[1], out var value) ? value : call[2];
    }

    private static ListValue View(Invocation call, SequenceKind kind)
    {
        var dict = (DictValue)call[0];
        call.Budget.AllocateItems(dict.Count);
        return dict.View(kind);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Lathe.Formats.Templates;

/// <summary>A dict, in insertion order.</summary>
public sealed class DictValue : TemplateValue
{
    private readonly OrderedDictionary<TemplateValue, TemplateValue> _entries;

    private DictValue(OrderedDictionary<TemplateValue, TemplateValue> entries)
    {
        _entries = entries;
    }

    public int Count => _entries.Count;

    public IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> Entries => _entries;

    public override bool IsTruthy => _entries.Count > 0;

    internal override string TypeName => "dict";

    /// <summary>The value at a string key.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TemplateValue value) => _entries.TryGetValue(new StringValue(key), out value);

    internal bool TryGetValue(TemplateValue key, [MaybeNullWhen(false)] out TemplateValue value) => _entries.TryGetValue(key, out value);

    internal static DictValue Of(IEnumerable<KeyValuePair<string, TemplateValue>> entries) =>
        Of(entries.Select(entry => KeyValuePair.Create((TemplateValue)new StringValue(entry.Key), entry.Value)));

    /// <summary>A later value at the same key replaces the earlier one in its place.</summary>
    internal static DictValue Of(IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> entries)
    {
        var result = new OrderedDictionary<TemplateValue, TemplateValue>(KeyComparer.Instance);
        foreach (var (key, value) in entries)
        {
            result[key] = value;
        }

        return new DictValue(result);
    }

    internal ListValue View(SequenceKind kind) => kind switch
    {
        SequenceKind.Keys => new ListValue([.. _entries.Keys], kind),
        SequenceKind.Values => new ListValue([.. _entries.Values], kind),
        SequenceKind.Items => new ListValue([.. _entries.Select(entry => ListValue.Tuple(entry.Key, entry.Value))], kind),
        _ => throw new InvalidOperationException($"A dict has no view of kind {kind}."),
    };

    internal override TemplateValue? GetAttribute(string name) =>
        DictMethods.IsMutator(name) ? MethodValue.Unsafe(this, name) : MethodValue.Bind(DictMethods.Table, this, name);

    internal override TemplateValue? GetItem(TemplateValue key) =>
        KeyComparer.IsHashable(key) && _entries.TryGetValue(key, out var value) ? value : null;
}

using System.Collections;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lathe.Formats.Templates;

/// <summary>A list, or one of Python's other sequences (tuple, range, the views of a dict).</summary>
public sealed class ListValue : TemplateValue, IReadOnlyList<TemplateValue>
{
    private readonly TemplateValue[] _items;
    private bool _isGroup;

    internal ListValue(TemplateValue[] items, SequenceKind kind = SequenceKind.List)
    {
        _items = items;
        Kind = kind;
    }

    public int Count => _items.Length;

    public override bool IsTruthy => _items.Length > 0;

    internal SequenceKind Kind { get; }

    internal ReadOnlySpan<TemplateValue> Items => _items;

    /// <summary>What a range was made from, which it prints.</summary>
    internal (BigInteger Start, BigInteger Stop, BigInteger Step) Bounds { get; private init; }

    internal bool IsIndexable => Kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range;

    internal override string TypeName => Kind switch
    {
        SequenceKind.List => "list",
        SequenceKind.Tuple => "tuple",
        SequenceKind.Range => "range",
        SequenceKind.Keys => "dict_keys",
        SequenceKind.Values => "dict_values",
        SequenceKind.Items => "dict_items",
        _ => throw new InvalidOperationException($"Sequence kind {Kind} has no type name."),
    };

    public TemplateValue this[int index] => _items[index];

    public IEnumerator<TemplateValue> GetEnumerator() => ((IEnumerable<TemplateValue>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static ListValue Tuple(params TemplateValue[] items) => new(items, SequenceKind.Tuple);

    /// <summary>What <c>groupby</c> makes: a pair whose items also go by the names <c>grouper</c> and <c>list</c>.</summary>
    internal static ListValue Group(TemplateValue key, ListValue members) => new([key, members], SequenceKind.Tuple) { _isGroup = true };

    internal static ListValue Range(BigInteger start, BigInteger stop, BigInteger step, int count) =>
        new([.. Enumerable.Range(0, count).Select(i => new IntegerValue(start + (step * i)))], SequenceKind.Range) { Bounds = (start, stop, step) };

    internal static ListValue From(List<TemplateValue> items) => new([.. CollectionsMarshal.AsSpan(items)]);

    internal override TemplateValue? GetAttribute(string name) => Kind switch
    {
        SequenceKind.Tuple when _isGroup && name == "grouper" => _items[0],
        SequenceKind.Tuple when _isGroup && name == "list" => _items[1],
        SequenceKind.List => SequenceMethods.IsMutator(name)
            ? MethodValue.Unsafe(this, name)
            : MethodValue.Bind(SequenceMethods.Table, this, name),
        SequenceKind.Tuple or SequenceKind.Range => name == "copy" ? null : MethodValue.Bind(SequenceMethods.Table, this, name),
        SequenceKind.Keys or SequenceKind.Values or SequenceKind.Items => null,
        _ => throw new InvalidOperationException($"Sequence kind {Kind} has no attributes."),
    };

    internal override TemplateValue? GetItem(TemplateValue key)
    {
        if (!IsIndexable || !Numbers.TryInteger(key, out var index))
        {
            return null;
        }

        index = index.Sign < 0 ? index + _items.Length : index;
        return index.Sign < 0 || index >= _items.Length ? null : _items[(int)index];
    }
}

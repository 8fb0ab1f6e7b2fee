namespace Lathe.Formats.Templates;

/// <summary>Equality of dict keys as in Python: 1, 1.0 and True are the same key; lists and dicts are none.</summary>
internal sealed class KeyComparer : IEqualityComparer<TemplateValue>
{
    public static KeyComparer Instance { get; } = new();

    /// <summary>
    /// Whether the value can be a key. Tuples hold no further tuples here, which bounds the cost of a comparison.
    /// </summary>
    public static bool IsHashable(TemplateValue value) => value switch
    {
        ListValue { Kind: SequenceKind.Tuple } tuple => !tuple.Any(item => item is ListValue or DictValue or NamespaceValue),
        ListValue or DictValue or NamespaceValue => false,
        _ => true,
    };

    public bool Equals(TemplateValue? x, TemplateValue? y) => (x, y) switch
    {
        (StringValue left, StringValue right) => left.Text == right.Text,
        (ListValue left, ListValue right) => left.Kind == right.Kind && left.Count == right.Count && left.SequenceEqual(right, this),
        (UndefinedValue, UndefinedValue) => true,
        (not null, not null) => ReferenceEquals(x, y) || (Numbers.IsNumber(x) && Numbers.IsNumber(y) && Numbers.AreEqual(x, y)),
        _ => ReferenceEquals(x, y),
    };

    public int GetHashCode(TemplateValue obj)
    {
        switch (obj)
        {
            case StringValue text:
                return text.Text.GetHashCode();
            case FloatValue number when !double.IsInteger(number.Value):
                return number.Value.GetHashCode();
            case BooleanValue or IntegerValue or FloatValue:
                return Numbers.ToInteger(obj).GetHashCode();
            case ListValue or DictValue or NamespaceValue when !IsHashable(obj):
                throw new TemplateException($"a value of type '{obj.TypeName}' cannot be a dict key.");
            case ListValue tuple:
                return tuple.Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item)));
            case UndefinedValue:
                return 1;
            default:
                return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
        }
    }
}

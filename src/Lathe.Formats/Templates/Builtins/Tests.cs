using System.Collections.Frozen;

namespace Lathe.Formats.Templates;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    public static FrozenDictionary<string, Builtin> Table { get; } = All().ToFrozenDictionary(builtin => builtin.Name);

    private static Builtin[] All() =>
    [
        Test("defined", call => call[0] is not UndefinedValue),
        Test("undefined", call => call[0] is UndefinedValue),
        Test("none", call => call[0] is NoneValue),
        Test("boolean", call => call[0] is BooleanValue),
        Test("true", call => ReferenceEquals(call[0], TemplateValue.True)),
        Test("false", call => ReferenceEquals(call[0], TemplateValue.False)),
        Test("integer", call => call[0] is IntegerValue),
        Test("float", call => call[0] is FloatValue),
        Test("number", call => Numbers.IsNumber(call[0])),
        Test("string", call => call[0] is StringValue),
        Test("mapping", call => call[0] is DictValue),
        Test("sequence", call => call[0] is StringValue or ListValue { IsIndexable: true } or DictValue or UndefinedValue),
        Test("iterable", call => call[0] is StringValue or ListValue or DictValue or UndefinedValue or IteratorValue or LoopValue),
        Test("callable", call => call[0] is CallableValue or UndefinedValue),
        Test("escaped", call => call[0] is StringValue { IsMarkup: true }),
        Test("lower", call => IsCased(call.ToText(0), char.IsUpper, char.IsLower)),
        Test("upper", call => IsCased(call.ToText(0), char.IsLower, char.IsUpper)),
        Test("odd", call => Remainder(call, 2).IsOne),
        Test("even", call => Remainder(call, 2).IsZero),
        Test("divisibleby", call => Remainder(call, call.Integer(1)).IsZero, "num"),
        Test("in", call => Ordering.Contains(call[1], call[0], call.Interpreter), "seq"),
        Test("sameas", IsSame, "other"),
        Test("filter", call => Filters.Table.ContainsKey(call.ToText(0))),
        Test("test", call => Table.ContainsKey(call.ToText(0))),
        .. Comparisons(call => Ordering.AreEqual(call[0], call[1], call.Budget), "eq", "equalto", "=="),
        .. Comparisons(call => !Ordering.AreEqual(call[0], call[1], call.Budget), "ne", "!="),
        .. Comparisons(call => Ordering.Compare(call[0], call[1], "<", call.Budget) < 0, "lt", "lessthan", "<"),
        .. Comparisons(call => Ordering.Compare(call[0], call[1], "<=", call.Budget) <= 0, "le", "<="),
        .. Comparisons(call => Ordering.Compare(call[0], call[1], ">", call.Budget) > 0, "gt", "greaterthan", ">"),
        .. Comparisons(call => Ordering.Compare(call[0], call[1], ">=", call.Budget) >= 0, "ge", ">="),
    ];

    private static Builtin Test(string name, Func<Invocation, bool> body, params string[] parameters) =>
        new(name, call => BooleanValue.Of(body(call)), ["value", .. parameters]);

    private static IEnumerable<Builtin> Comparisons(Func<Invocation, bool> body, params string[] names) =>
        names.Select(name => Test(name, body, "other"));

    /// <summary>Whether the text has letters of the one case and none of the other.</summary>
    private static bool IsCased(string text, Func<char, bool> isRejected, Func<char, bool> isRequired) =>
        text.Any(isRequired) && !text.Any(isRejected);

    private static System.Numerics.BigInteger Remainder(Invocation call, int divisor)
    {
        var value = Arithmetic.Apply(BinaryOperator.Modulo, call[0], new IntegerValue(divisor), call.Interpreter);

        // Of a fraction it matters only that it is neither 0 nor 1.
        return value is not FloatValue number ? Numbers.ToInteger(value) : number.Value is 0 or 1 ? (int)number.Value : 2;
    }

    /// <summary>Identity, which for values that cannot change is equality within a type.</summary>
    private static bool IsSame(Invocation call) => (call[0], call[1]) switch
    {
        (StringValue left, StringValue right) => left.Text == right.Text,
        (IntegerValue left, IntegerValue right) => left.Value == right.Value,
        (FloatValue left, FloatValue right) => left.Value.Equals(right.Value),
        var (left, right) => ReferenceEquals(left, right),
    };
}

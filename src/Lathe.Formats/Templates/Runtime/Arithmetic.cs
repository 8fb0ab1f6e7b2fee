using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>The operators + - * / // % ** as Python has them.</summary>
internal static class Arithmetic
{
    public static TemplateValue Apply(BinaryOperator binary, TemplateValue left, TemplateValue right, Interpreter interpreter)
    {
        if (left is UndefinedValue || right is UndefinedValue)
        {
            throw ((left as UndefinedValue) ?? (UndefinedValue)right).Error();
        }

        return (binary, left, right) switch
        {
            (BinaryOperator.Modulo, StringValue format, _) => PercentFormat.Apply(format, right, interpreter),
            (BinaryOperator.Add, StringValue first, StringValue second) => Concatenate(first, second, interpreter.Budget),
            (BinaryOperator.Add, ListValue first, ListValue second) when first.Kind == second.Kind && IsBuilt(first) =>
                Concatenate(first, second, interpreter.Budget),
            (BinaryOperator.Multiply, _, _) when Numbers.TryInteger(right, out var times) && IsRepeatable(left) =>
                Repeat(left, times, interpreter.Budget),
            (BinaryOperator.Multiply, _, _) when Numbers.TryInteger(left, out var times) && IsRepeatable(right) =>
                Repeat(right, times, interpreter.Budget),
            _ when Numbers.IsNumber(left) && Numbers.IsNumber(right) => Calculate(binary, left, right, interpreter.Budget),
            _ => throw new TemplateException($"'{Symbol(binary)}' cannot combine values of the types '{left.TypeName}' and '{right.TypeName}'."),
        };
    }

    public static TemplateValue Negate(TemplateValue value, bool isNegative) => value switch
    {
        UndefinedValue undefined => throw undefined.Error(),
        FloatValue number => new FloatValue(isNegative ? -number.Value : number.Value),
        _ when Numbers.TryInteger(value, out var integer) => new IntegerValue(isNegative ? -integer : integer),
        _ => throw new TemplateException($"a sign needs a number, not a value of type '{value.TypeName}'."),
    };

    private static bool IsBuilt(ListValue list) => list.Kind is SequenceKind.List or SequenceKind.Tuple;

    private static bool IsRepeatable(TemplateValue value) => value is StringValue || (value is ListValue list && IsBuilt(list));

    private static StringValue Concatenate(StringValue left, StringValue right, RenderBudget budget)
    {
        budget.Allocate((long)left.Text.Length + right.Text.Length);
        return left.IsMarkup || right.IsMarkup
            ? new StringValue(Html.Escape(left, budget) + Html.Escape(right, budget), isMarkup: true)
            : new StringValue(left.Text + right.Text);
    }

    private static ListValue Concatenate(ListValue left, ListValue right, RenderBudget budget)
    {
        budget.AllocateItems((long)left.Count + right.Count);
        return new ListValue([.. left.Items, .. right.Items], left.Kind);
    }

    private static TemplateValue Repeat(TemplateValue value, BigInteger times, RenderBudget budget)
    {
        var length = value is StringValue text ? text.Text.Length : ((ListValue)value).Count;
        var count = (int)BigInteger.Clamp(times, 0, length == 0 ? 0 : int.MaxValue);
        if (value is StringValue)
        {
            budget.Allocate((long)length * count);
        }
        else
        {
            budget.AllocateItems((long)length * count);
        }

        return value switch
        {
            StringValue repeated => repeated.With(new System.Text.StringBuilder().Insert(0, repeated.Text, count).ToString()),
            ListValue repeated => new ListValue([.. Enumerable.Repeat(repeated, count).SelectMany(list => list)], repeated.Kind),
            _ => throw new InvalidOperationException($"Values of type '{value.TypeName}' cannot be repeated."),
        };
    }

    private static TemplateValue Calculate(BinaryOperator binary, TemplateValue left, TemplateValue right, RenderBudget budget)
    {
        if (Numbers.TryInteger(left, out var first) && Numbers.TryInteger(right, out var second) && binary != BinaryOperator.Divide
            && (binary != BinaryOperator.Power || second.Sign >= 0))
        {
            return new IntegerValue(Calculate(binary, first, second, budget));
        }

        return new FloatValue(Calculate(binary, Numbers.ToDouble(left), Numbers.ToDouble(right)));
    }

    private static BigInteger Calculate(BinaryOperator binary, BigInteger left, BigInteger right, RenderBudget budget)
    {
        if (right.IsZero && binary is (BinaryOperator.FloorDivide or BinaryOperator.Modulo))
        {
            throw DivisionByZero();
        }

        CheckBits(binary, left, right, budget);
        return binary switch
        {
            BinaryOperator.Add => left + right,
            BinaryOperator.Subtract => left - right,
            BinaryOperator.Multiply => left * right,
            BinaryOperator.FloorDivide => (left - FloorModulo(left, right)) / right,
            BinaryOperator.Modulo => FloorModulo(left, right),
            BinaryOperator.Power => BigInteger.Pow(left, (int)right),
            _ => throw new InvalidOperationException($"Operator {binary} does not give integers."),
        };
    }

    private static void CheckBits(BinaryOperator binary, BigInteger left, BigInteger right, RenderBudget budget)
    {
        var bits = binary switch
        {
            BinaryOperator.Multiply => left.GetBitLength() + right.GetBitLength(),
            BinaryOperator.Power when !BigInteger.Abs(left).IsOne && !left.IsZero => left.GetBitLength() * (double)right,
            BinaryOperator.Power => (double)right > int.MaxValue ? double.PositiveInfinity : 0,
            _ => Math.Max(left.GetBitLength(), right.GetBitLength()),
        };
        budget.Work((long)Math.Min(bits, budget.Limits.MaxIntegerBits));
        if (bits > budget.Limits.MaxIntegerBits)
        {
            throw new TemplateException($"an integer is larger than the limit of {budget.Limits.MaxIntegerBits} bits.");
        }
    }

    /// <summary>The remainder with the sign of the divisor.</summary>
    private static BigInteger FloorModulo(BigInteger left, BigInteger right)
    {
        var remainder = BigInteger.Remainder(left, right);
        return !remainder.IsZero && remainder.Sign != right.Sign ? remainder + right : remainder;
    }

    private static double Calculate(BinaryOperator binary, double left, double right)
    {
        if (right == 0 && binary is (BinaryOperator.Divide or BinaryOperator.FloorDivide or BinaryOperator.Modulo))
        {
            throw DivisionByZero();
        }

        return binary switch
        {
            BinaryOperator.Add => left + right,
            BinaryOperator.Subtract => left - right,
            BinaryOperator.Multiply => left * right,
            BinaryOperator.Divide => left / right,
            BinaryOperator.FloorDivide => Math.Floor((left - FloorModulo(left, right)) / right),
            BinaryOperator.Modulo => FloorModulo(left, right),
            BinaryOperator.Power => Power(left, right),
            _ => throw new InvalidOperationException($"Operator {binary} does not give floats."),
        };
    }

    private static double Power(double left, double right)
    {
        if (left == 0 && right < 0)
        {
            throw DivisionByZero();
        }

        var result = Math.Pow(left, right);
        return !double.IsFinite(result) && double.IsFinite(left) && double.IsFinite(right)
            ? throw new TemplateException("the result of '**' is not a finite real number.")
            : result;
    }

    private static double FloorModulo(double left, double right)
    {
        var remainder = left % right;
        return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder == 0 ? Math.CopySign(0, right) : remainder;
    }

    private static TemplateException DivisionByZero() => new("a number is divided by zero.");

    private static string Symbol(BinaryOperator binary) => binary switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.FloorDivide => "//",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Power => "**",
        _ => throw new InvalidOperationException($"Operator {binary} has no symbol."),
    };
}

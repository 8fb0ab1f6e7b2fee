namespace Lathe.Formats.Templates;

/// <summary>Expressions.</summary>
internal sealed partial class Interpreter
{
    public string ToText(TemplateValue value) => ValuePrinter.ToText(value, Budget);

    /// <summary>The items of anything that can be iterated; of a string, its characters.</summary>
    public static IEnumerable<TemplateValue> Iterate(TemplateValue value) => value switch
    {
        ListValue list => list,
        DictValue dict => dict.Entries.Select(entry => entry.Key),
        StringValue text => CodePoints.Enumerate(text.Text).Select(character => new StringValue(character)),
        IteratorValue iterator => iterator.Remaining(),
        UndefinedValue => [],
        _ => throw new TemplateException($"a value of type '{value.TypeName}' cannot be iterated."),
    };

    /// <summary>The attribute of a value, else its item, else undefined.</summary>
    public TemplateValue Attribute(TemplateValue target, StringValue name)
    {
        ChargeLookup(target, name);
        return target.GetAttribute(name.Text) ?? target.GetItem(name) ?? new UndefinedValue(target, name);
    }

    /// <summary>The item of a value, else its attribute, else undefined.</summary>
    public TemplateValue Item(TemplateValue target, TemplateValue key)
    {
        ChargeLookup(target, key);
        return target.GetItem(key) ?? (key is StringValue name ? target.GetAttribute(name.Text) : null) ?? new UndefinedValue(target, key);
    }

    private void ChargeLookup(TemplateValue target, TemplateValue key)
    {
        if (target is UndefinedValue undefined)
        {
            throw undefined.Error();
        }

        Budget.Work((key as StringValue)?.Text.Length ?? 0);
        Budget.Work((target as StringValue)?.Text.Length ?? 0);
    }

    private TemplateValue Evaluate(Expression expression, Scope scope)
    {
        try
        {
            Budget.Enter();
            Budget.Step();
            var value = expression switch
            {
                Expression.Literal literal => literal.Value,
                Expression.Variable variable => Find(variable.Name, scope) ?? new UndefinedValue($"'{variable.Name}' is undefined"),
                Expression.Attribute attribute => Attribute(Evaluate(attribute.Target, scope), attribute.Name),
                Expression.Item item => Item(Evaluate(item.Target, scope), Evaluate(item.Key, scope)),
                Expression.Comparison comparison => EvaluateComparison(comparison, scope),
                Expression.Test test => EvaluateTest(test, scope),
                Expression.Filter filter => EvaluateFilter(filter, scope),
                Expression.Call call => EvaluateCall(call, scope, caller: null),
                Expression.And and => Evaluate(and.Left, scope) is { IsTruthy: false } left ? left : Evaluate(and.Right, scope),
                Expression.Or or => Evaluate(or.Left, scope) is { IsTruthy: true } left ? left : Evaluate(or.Right, scope),
                Expression.Not not => BooleanValue.Of(!Evaluate(not.Operand, scope).IsTruthy),
                Expression.Conditional conditional => EvaluateConditional(conditional, scope),
                Expression.Binary binary =>
                    Arithmetic.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), this),
                Expression.Concatenation concatenation => EvaluateConcatenation(concatenation, scope),
                Expression.Slice slice => EvaluateSlice(slice, scope),
                Expression.List list => new ListValue(EvaluateAll(list.Items, scope)),
                Expression.Tuple tuple => new ListValue(EvaluateAll(tuple.Items, scope), SequenceKind.Tuple),
                Expression.Dict dict => EvaluateDict(dict, scope),
                Expression.Negate negation => Arithmetic.Negate(Evaluate(negation.Operand, scope), isNegative: true),
                Expression.Plus plus => Arithmetic.Negate(Evaluate(plus.Operand, scope), isNegative: false),
                Expression.BlockText block => Capture(block.Body, new Scope(scope)),
                _ => throw new InvalidOperationException($"Expression {expression.GetType().Name} cannot be evaluated."),
            };
            Budget.Leave();
            return value;
        }
        catch (TemplateException exception) when (exception.Line == 0)
        {
            throw source.Error(expression.Offset, exception.Reason, exception);
        }
    }

    private TemplateValue? Find(string name, Scope scope) =>
        scope.Find(name) ?? variables.GetValueOrDefault(name) ?? Globals.Table.GetValueOrDefault(name);

    private TemplateValue[] EvaluateAll(Expression[] expressions, Scope scope)
    {
        var values = new TemplateValue[expressions.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Evaluate(expressions[i], scope);
        }

        return values;
    }

    private DictValue EvaluateDict(Expression.Dict dict, Scope scope) =>
        DictValue.Of([.. dict.Entries.Select(entry => KeyValuePair.Create(Evaluate(entry.Key, scope), Evaluate(entry.Value, scope)))]);

    private TemplateValue EvaluateConditional(Expression.Conditional conditional, Scope scope)
    {
        if (Evaluate(conditional.Condition, scope).IsTruthy)
        {
            return Evaluate(conditional.Then, scope);
        }

        return conditional.Else is null
            ? new UndefinedValue("the condition of an inline 'if' without 'else' was false")
            : Evaluate(conditional.Else, scope);
    }

    private StringValue EvaluateConcatenation(Expression.Concatenation concatenation, Scope scope)
    {
        var parts = EvaluateAll(concatenation.Parts, scope).Select(ToText).ToArray();
        Budget.Allocate(parts.Sum(part => (long)part.Length));
        return new StringValue(string.Concat(parts));
    }

    private BooleanValue EvaluateComparison(Expression.Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (operation, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Compare(operation, left, right))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private bool Compare(ComparisonOperator operation, TemplateValue left, TemplateValue right) => operation switch
    {
        ComparisonOperator.Equal => Ordering.AreEqual(left, right, Budget),
        ComparisonOperator.NotEqual => !Ordering.AreEqual(left, right, Budget),
        ComparisonOperator.Less => Ordering.Compare(left, right, "<", Budget) < 0,
        ComparisonOperator.LessOrEqual => Ordering.Compare(left, right, "<=", Budget) <= 0,
        ComparisonOperator.Greater => Ordering.Compare(left, right, ">", Budget) > 0,
        ComparisonOperator.GreaterOrEqual => Ordering.Compare(left, right, ">=", Budget) >= 0,
        ComparisonOperator.In => Ordering.Contains(right, left, this),
        ComparisonOperator.NotIn => !Ordering.Contains(right, left, this),
        _ => throw new InvalidOperationException($"Operator {operation} cannot be evaluated."),
    };

    private TemplateValue EvaluateSlice(Expression.Slice slice, Scope scope)
    {
        var target = Evaluate(slice.Target, scope);
        var start = slice.Start is null ? TemplateValue.None : Evaluate(slice.Start, scope);
        var stop = slice.Stop is null ? TemplateValue.None : Evaluate(slice.Stop, scope);
        var step = slice.Step is null ? TemplateValue.None : Evaluate(slice.Step, scope);
        switch (target)
        {
            case StringValue text:
                return Slice(text, start, stop, step);
            case ListValue { IsIndexable: true } list:
                var range = SliceRange.Of(start, stop, step, list.Count);
                Budget.AllocateItems(range.Count);
                TemplateValue[] items = [.. Enumerable.Range(0, range.Count).Select(i => list[range.Start + (i * range.Step)])];

                // A part of a range is a list here: nothing but its text would tell.
                return new ListValue(items, list.Kind == SequenceKind.Range ? SequenceKind.List : list.Kind);
            case UndefinedValue undefined:
                throw undefined.Error();
            default:
                throw new TemplateException($"a value of type '{target.TypeName}' cannot be sliced.");
        }
    }

    private StringValue Slice(StringValue text, TemplateValue start, TemplateValue stop, TemplateValue step)
    {
        Budget.Work(text.Text.Length);
        var range = SliceRange.Of(start, stop, step, CodePoints.Count(text.Text));
        Budget.Allocate(range.Count);
        if (range.Step == 1)
        {
            return text.With(CodePoints.Slice(text.Text, range.Start, range.Count));
        }

        string[] characters = [.. CodePoints.Enumerate(text.Text)];
        return text.With(string.Concat(Enumerable.Range(0, range.Count).Select(i => characters[range.Start + (i * range.Step)])));
    }
}

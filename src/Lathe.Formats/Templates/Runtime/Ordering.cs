namespace Lathe.Formats.Templates;

/// <summary>Equality, order and membership as Python has them.</summary>
internal static class Ordering
{
    public static bool AreEqual(TemplateValue left, TemplateValue right, RenderBudget budget)
    {
        budget.Step();
        switch (left, right)
        {
            case (StringValue first, StringValue second):
                budget.Work(Math.Min(first.Text.Length, second.Text.Length));
                return first.Text == second.Text;
            case (ListValue first, ListValue second):
                return first.Kind == second.Kind && first.Count == second.Count && AreItemsEqual(first, second, budget);
            case (DictValue first, DictValue second):
                return first.Count == second.Count && AreEntriesEqual(first, second, budget);
            case (UndefinedValue, UndefinedValue):
                return true;
            default:
                return ReferenceEquals(left, right) || (Numbers.IsNumber(left) && Numbers.IsNumber(right) && Numbers.AreEqual(left, right));
        }
    }

    /// <summary>Negative, zero or positive; null for floats that have no order.</summary>
    /// <exception cref="TemplateException">The types have no order.</exception>
    public static int? Compare(TemplateValue left, TemplateValue right, string operation, RenderBudget budget)
    {
        budget.Step();
        switch (left, right)
        {
            case (StringValue first, StringValue second):
                budget.Work(Math.Min(first.Text.Length, second.Text.Length));
                return CodePoints.Compare(first.Text, second.Text);
            case (ListValue first, ListValue second) when first.Kind == second.Kind && first.Kind is SequenceKind.List or SequenceKind.Tuple:
                return CompareItems(first, second, operation, budget);
            case (UndefinedValue undefined, _):
                throw undefined.Error();
            case (_, UndefinedValue undefined):
                throw undefined.Error();
            case var _ when Numbers.IsNumber(left) && Numbers.IsNumber(right):
                return Numbers.Compare(left, right);
            default:
                throw new TemplateException($"'{operation}' cannot compare values of the types '{left.TypeName}' and '{right.TypeName}'.");
        }
    }

    public static bool Contains(TemplateValue container, TemplateValue item, Interpreter interpreter)
    {
        var budget = interpreter.Budget;
        switch (container)
        {
            case StringValue text when item is StringValue part:
                return TextSearch.IndexOf(text.Text, part.Text, 0, budget) >= 0;
            case StringValue:
                throw new TemplateException($"'in' on a string needs a string on its left, not a value of type '{item.TypeName}'.");
            case DictValue dict:
                budget.Work((item as StringValue)?.Text.Length ?? 0);
                return dict.TryGetValue(item, out _);
            case ListValue or IteratorValue or UndefinedValue:
                foreach (var candidate in Interpreter.Iterate(container))
                {
                    if (AreEqual(candidate, item, budget))
                    {
                        return true;
                    }
                }

                return false;
            default:
                throw new TemplateException($"'in' needs a string, list or dict on its right, not a value of type '{container.TypeName}'.");
        }
    }

    /// <summary>Sorts stably by what <paramref name="keyOf"/> gives.</summary>
    public static List<T> Sort<T>(IEnumerable<T> items, Func<T, TemplateValue> keyOf, RenderBudget budget, bool descending = false)
    {
        var sign = descending ? -1 : 1;
        var comparer = Comparer<TemplateValue>.Create((left, right) => sign * (Compare(left, right, "<", budget) ?? 0));
        try
        {
            return [.. items.OrderBy(keyOf, comparer)];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is TemplateException inner)
        {
            throw new TemplateException(inner.Reason, inner.Line, inner.Column, exception);
        }
    }

    private static bool AreItemsEqual(ListValue left, ListValue right, RenderBudget budget)
    {
        budget.Enter();
        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i], budget))
            {
                budget.Leave();
                return false;
            }
        }

        budget.Leave();
        return true;
    }

    private static bool AreEntriesEqual(DictValue left, DictValue right, RenderBudget budget)
    {
        budget.Enter();
        foreach (var (key, value) in left.Entries)
        {
            if (!right.TryGetValue(key, out var other) || !AreEqual(value, other, budget))
            {
                budget.Leave();
                return false;
            }
        }

        budget.Leave();
        return true;
    }

    private static int? CompareItems(ListValue left, ListValue right, string operation, RenderBudget budget)
    {
        budget.Enter();
        var common = Math.Min(left.Count, right.Count);
        var i = 0;
        while (i < common && AreEqual(left[i], right[i], budget))
        {
            i++;
        }

        var order = i < common ? Compare(left[i], right[i], operation, budget) : left.Count.CompareTo(right.Count);
        budget.Leave();
        return order;
    }
}

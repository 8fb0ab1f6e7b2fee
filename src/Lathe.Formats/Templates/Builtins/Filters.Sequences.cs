namespace Lathe.Formats.Templates;

/// <summary>Filters on sequences.</summary>
internal static partial class Filters
{
    private static TemplateValue Length(Invocation call)
    {
        switch (call[0])
        {
            case StringValue text:
                call.Budget.Work(text.Text.Length);
                return (long)CodePoints.Count(text.Text);
            case ListValue list:
                return (long)list.Count;
            case DictValue dict:
                return (long)dict.Count;
            case UndefinedValue:
                return 0L;
            default:
                throw new TemplateException($"a value of type '{call[0].TypeName}' has no length.");
        }
    }

    private static TemplateValue First(Invocation call) =>
        call.Items(0).FirstOrDefault() ?? new UndefinedValue("the sequence is empty, so it has no first item");

    private static TemplateValue Last(Invocation call) => call[0] switch
    {
        IteratorValue => throw new TemplateException("a value of type 'generator' has no last item."),
        ListValue { Count: > 0 } list => list[^1],
        StringValue { Text.Length: > 0 } text => call.Interpreter.Item(text, new IntegerValue(-1)),
        _ => call.Items(0).LastOrDefault() ?? new UndefinedValue("the sequence is empty, so it has no last item"),
    };

    private static IteratorValue Items(Invocation call) => call[0] switch
    {
        DictValue dict => new IteratorValue(dict.View(SequenceKind.Items), call.Budget),
        UndefinedValue => new IteratorValue([], call.Budget),
        var value => throw new TemplateException($"'items' needs a dict, not a value of type '{value.TypeName}'."),
    };

    private static StringValue Join(Invocation call)
    {
        var separator = call.Has(1) ? call.ToText(1) : "";
        List<string> parts = [];
        foreach (var item in call.Items(0))
        {
            call.Budget.Step();
            parts.Add(call.Interpreter.ToText(call.Has(2) ? ItemPath.Follow(call[2], item, call) : item));
        }

        return new StringValue(StringMethods.Join(separator, parts, call.Budget));
    }

    private static TemplateValue Reverse(Invocation call)
    {
        if (call[0] is StringValue text)
        {
            call.Budget.Allocate(text.Text.Length);
            return text.With(string.Concat(CodePoints.Enumerate(text.Text).Reverse()));
        }

        return new IteratorValue(Collect(call, call.Items(0)).Reverse(), call.Budget);
    }

    private static IteratorValue Batch(Invocation call)
    {
        var size = call.Integer(1);
        return size > 0
            ? new IteratorValue(Batches(call, size), call.Budget)
            : throw new TemplateException("'batch' needs a size above zero.");
    }

    private static IEnumerable<TemplateValue> Batches(Invocation call, int size)
    {
        foreach (var chunk in call.Items(0).Chunk(Math.Min(size, call.Budget.Limits.MaxOutputLength)))
        {
            var missing = call.Has(2) ? size - chunk.Length : 0;
            call.Budget.AllocateItems((long)chunk.Length + missing);
            yield return new ListValue([.. chunk, .. Enumerable.Repeat(call[2], missing)]);
        }
    }

    private static IteratorValue Slice(Invocation call)
    {
        var count = call.Integer(1);
        return count > 0
            ? new IteratorValue(Slices(call, count), call.Budget)
            : throw new TemplateException("'slice' needs a number of slices above zero.");
    }

    /// <summary>The first slices are one longer where the items do not divide evenly.</summary>
    private static IEnumerable<TemplateValue> Slices(Invocation call, int count)
    {
        var items = Collect(call, call.Items(0));
        var (length, longer) = Math.DivRem(items.Count, count);
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var size = length + (i < longer ? 1 : 0);
            IEnumerable<TemplateValue> fill = call.Has(2) && longer > 0 && i >= longer ? [call[2]] : [];
            call.Budget.AllocateItems(size + 1L);
            yield return new ListValue([.. items.Items.Slice(start, size).ToArray(), .. fill]);
            start += size;
        }
    }

    private static ListValue DictSort(Invocation call)
    {
        if (call[0] is not DictValue dict)
        {
            throw call[0] is UndefinedValue undefined ? undefined.Error()
                : new TemplateException($"'dictsort' needs a dict, not a value of type '{call[0].TypeName}'.");
        }

        var isCaseSensitive = call.Flag(1, otherwise: false);
        var position = call.Text(2, "key") switch
        {
            "key" => 0,
            "value" => 1,
            var other => throw new TemplateException($"'dictsort' sorts by key or value, not by '{other}'."),
        };
        call.Budget.AllocateItems(dict.Count);
        return ListValue.From(Ordering.Sort(
            dict.View(SequenceKind.Items),
            item => FoldCase(((ListValue)item)[position], isCaseSensitive),
            call.Budget,
            call.Flag(3, otherwise: false)));
    }

    private static ListValue Sort(Invocation call)
    {
        var isCaseSensitive = call.Flag(2, otherwise: false);
        var items = Collect(call, call.Items(0));
        return ListValue.From(Ordering.Sort(items, item => SortKey(call, item, isCaseSensitive), call.Budget, call.Flag(1, otherwise: false)));
    }

    /// <summary>What an item is sorted by: itself, an attribute, or several with commas between their names. It is a tuple even of one: equal
    /// values that have no order, such as missing attributes, are then never compared.</summary>
    private static ListValue SortKey(Invocation call, TemplateValue item, bool isCaseSensitive)
    {
        IEnumerable<TemplateValue> keys = call[3] is StringValue names
            ? names.Text.Split(',').Select(name => ItemPath.Follow(new StringValue(name), item, call))
            : [call.Has(3) ? ItemPath.Follow(call[3], item, call) : item];
        return ListValue.Tuple([.. keys.Select(key => FoldCase(key, isCaseSensitive))]);
    }

    private static TemplateValue FoldCase(TemplateValue value, bool isCaseSensitive) =>
        value is StringValue text && !isCaseSensitive ? new StringValue(PythonCharacters.ToLower(text.Text)) : value;

    private static TemplateValue Extreme(Invocation call, int sign)
    {
        var isCaseSensitive = call.Flag(1, otherwise: false);
        TemplateValue? best = null;
        TemplateValue? bestKey = null;
        foreach (var item in call.Items(0))
        {
            var key = FoldCase(call.Has(2) ? ItemPath.Follow(call[2], item, call) : item, isCaseSensitive);
            if (bestKey is null || Ordering.Compare(key, bestKey, sign > 0 ? ">" : "<", call.Budget) * sign > 0)
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new UndefinedValue("the sequence is empty, so it has no smallest and largest item");
    }

    private static TemplateValue Sum(Invocation call)
    {
        var sum = call.IsGiven(2) ? call[2] : 0L;
        foreach (var item in call.Items(0))
        {
            call.Budget.Step();
            sum = Arithmetic.Apply(BinaryOperator.Add, sum, call.Has(1) ? ItemPath.Follow(call[1], item, call) : item, call.Interpreter);
        }

        return sum;
    }

    private static IteratorValue Unique(Invocation call)
    {
        var isCaseSensitive = call.Flag(1, otherwise: false);
        var items = call.Items(0).DistinctBy(
            item => FoldCase(call.Has(2) ? ItemPath.Follow(call[2], item, call) : item, isCaseSensitive),
            KeyComparer.Instance);
        return new IteratorValue(items, call.Budget);
    }

    private static ListValue GroupBy(Invocation call)
    {
        var isCaseSensitive = call.Flag(3, otherwise: false);
        TemplateValue KeyOf(TemplateValue item)
        {
            var key = ItemPath.Follow(call[1], item, call);
            return key is UndefinedValue && call.IsGiven(2) ? call[2] : key;
        }

        List<TemplateValue> groups = [];
        List<TemplateValue> group = [];
        TemplateValue? folded = null;
        TemplateValue key = TemplateValue.None;
        foreach (var item in Ordering.Sort(Collect(call, call.Items(0)), item => FoldCase(KeyOf(item), isCaseSensitive), call.Budget))
        {
            var itemKey = KeyOf(item);
            var itemFolded = FoldCase(itemKey, isCaseSensitive);
            if (folded is null || !Ordering.AreEqual(folded, itemFolded, call.Budget))
            {
                AddGroup();
                (folded, key, group) = (itemFolded, itemKey, []);
            }

            group.Add(item);
        }

        AddGroup();
        return ListValue.From(groups);

        void AddGroup()
        {
            if (folded is not null)
            {
                groups.Add(ListValue.Group(key, ListValue.From(group)));
            }
        }
    }
}

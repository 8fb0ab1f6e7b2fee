namespace Lathe.Formats.Templates;

/// <summary>
/// The variable <c>loop</c>. It takes the items one by one, since a filter of the loop may depend on what the body does;
/// only asking for the end of the loop reads ahead.
/// </summary>
internal sealed class LoopValue : CallableValue
{
    private static readonly Builtin s_cycle = new("cycle", Cycle, "loop", "*");
    private static readonly Builtin s_changed = new("changed", Changed, "loop", "*");

    private readonly IEnumerator<TemplateValue> _items;
    private readonly Queue<TemplateValue> _ahead = new();
    private readonly Func<LoopValue, TemplateValue, TemplateValue>? _recurse;
    private TemplateValue? _current;
    private TemplateValue? _previous;
    private ListValue? _lastChecked;
    private int _index = -1;

    /// <param name="items">The items that pass the loop's filter.</param>
    /// <param name="depth">How many recursive calls lead here.</param>
    /// <param name="recurse">Renders the loop again over other items; null where the loop is not recursive.</param>
    public LoopValue(IEnumerable<TemplateValue> items, int depth, Func<LoopValue, TemplateValue, TemplateValue>? recurse)
    {
        _items = items.GetEnumerator();
        _recurse = recurse;
        Depth = depth;
    }

    public int Depth { get; }

    internal override string TypeName => "LoopContext";

    public bool TryNext(out TemplateValue item)
    {
        _previous = _current;
        if (!_ahead.TryDequeue(out _current))
        {
            _current = _items.MoveNext() ? _items.Current : null;
        }

        _index++;
        item = _current ?? Undefined;
        return _current is not null;
    }

    public override TemplateValue Call(Interpreter interpreter, CallArguments arguments)
    {
        if (_recurse is null)
        {
            throw new TemplateException("'loop' can only be called in a loop that is marked 'recursive'.");
        }

        return arguments is { Positional: [var items], Named: [] }
            ? _recurse(this, items)
            : throw new TemplateException("'loop' takes one argument, the items of the inner loop.");
    }

    internal override TemplateValue? GetAttribute(string name) => name switch
    {
        "index" => _index + 1L,
        "index0" => (long)_index,
        "first" => _index == 0,
        "last" => !ReadAhead(1),
        "length" => Length(),
        "revindex" => Length() - _index,
        "revindex0" => Length() - _index - 1,
        "depth" => Depth + 1L,
        "depth0" => (long)Depth,
        "previtem" => _previous ?? new UndefinedValue("there is no previous item"),
        "nextitem" => ReadAhead(1) ? _ahead.Peek() : new UndefinedValue("there is no next item"),
        "cycle" => new MethodValue(this, s_cycle),
        "changed" => new MethodValue(this, s_changed),
        _ => null,
    };

    private bool ReadAhead(int count)
    {
        while (_ahead.Count < count && _items.MoveNext())
        {
            _ahead.Enqueue(_items.Current);
        }

        return _ahead.Count >= count;
    }

    private long Length()
    {
        ReadAhead(int.MaxValue);
        return _index + 1L + _ahead.Count;
    }

    private static TemplateValue Cycle(Invocation call)
    {
        var loop = (LoopValue)call[0];
        return call.ExtraPositional is { Length: > 0 } values
            ? values[loop._index % values.Length]
            : throw new TemplateException("'loop.cycle' needs at least one value.");
    }

    private static BooleanValue Changed(Invocation call)
    {
        var loop = (LoopValue)call[0];
        var values = ListValue.Tuple(call.ExtraPositional);
        if (loop._lastChecked is not null && Ordering.AreEqual(loop._lastChecked, values, call.Budget))
        {
            return BooleanValue.False;
        }

        loop._lastChecked = values;
        return BooleanValue.True;
    }
}

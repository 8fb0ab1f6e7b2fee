namespace Lathe.Formats.Templates;

/// <summary>
/// What lazy filters (map, select, ...) return: it can be iterated once, has no length, is always true and cannot be
/// written as JSON. Templates depend on each of these.
/// </summary>
internal sealed class IteratorValue(IEnumerable<TemplateValue> items, RenderBudget budget) : TemplateValue
{
    private readonly IEnumerator<TemplateValue> _items = items.GetEnumerator();

    public override bool IsTruthy => true;

    internal override string TypeName => "generator";

    /// <summary>The items that nobody has taken yet.</summary>
    public IEnumerable<TemplateValue> Remaining()
    {
        while (TryNext(out var item))
        {
            yield return item;
        }
    }

    private bool TryNext(out TemplateValue item)
    {
        // Lazy filters over lazy filters recurse here, however flat the template is.
        budget.Enter();
        var found = _items.MoveNext();
        budget.Leave();
        budget.Step();
        item = found ? _items.Current : Undefined;
        return found;
    }
}

namespace Lathe.Formats.Templates;

/// <summary>The variables of a block; what is not in it is looked for in the scope around it.</summary>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, TemplateValue>? _variables;

    public void Set(string name, TemplateValue value) => (_variables ??= [])[name] = value;

    public TemplateValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables is not null && scope._variables.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private Scope? Parent { get; } = parent;
}

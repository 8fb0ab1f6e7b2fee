namespace Lathe.Formats.Templates;

/// <summary>The one value that can change: <c>{% set ns.name = value %}</c> reaches it from inner scopes.</summary>
internal sealed class NamespaceValue : TemplateValue
{
    private readonly OrderedDictionary<string, TemplateValue> _attributes = [];

    public override bool IsTruthy => true;

    public IReadOnlyDictionary<string, TemplateValue> Attributes => _attributes;

    internal override string TypeName => "Namespace";

    public void Set(string name, TemplateValue value) => _attributes[name] = value;

    internal override TemplateValue? GetAttribute(string name) => _attributes.GetValueOrDefault(name);
}

namespace Lathe.Formats.Templates;

/// <summary>
/// The value of a name, attribute or item that is not there. It prints as nothing and is false; using it in any other way
/// is an error that tells what was missing.
/// </summary>
internal sealed class UndefinedValue : TemplateValue
{
    private readonly string? _reason;
    private readonly TemplateValue? _owner;
    private readonly TemplateValue? _member;

    public UndefinedValue(string reason)
    {
        _reason = reason;
    }

    /// <summary>An attribute or item that its owner does not have. Templates probe for many of them, so the text waits until it is needed.</summary>
    public UndefinedValue(TemplateValue owner, TemplateValue member)
    {
        _owner = owner;
        _member = member;
    }

    /// <summary>What was missing, as in "'tool' is undefined".</summary>
    public string Reason => _reason ?? (_member is StringValue name
        ? $"a value of type '{_owner!.TypeName}' has no attribute '{name.Text}'"
        : $"a value of type '{_owner!.TypeName}' has no element {_member}");

    public override bool IsTruthy => false;

    internal override string TypeName => "Undefined";

    public TemplateException Error() => new($"{Reason}.");
}

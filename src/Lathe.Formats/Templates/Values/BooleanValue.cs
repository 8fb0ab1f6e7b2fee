namespace Lathe.Formats.Templates;

/// <summary>True or false; there is one object of each.</summary>
public sealed class BooleanValue : TemplateValue
{
    private BooleanValue(bool value)
    {
        IsTruthy = value;
    }

    public static new BooleanValue True { get; } = new(true);

    public static new BooleanValue False { get; } = new(false);

    public override bool IsTruthy { get; }

    internal override string TypeName => "bool";

    public static BooleanValue Of(bool value) => value ? True : False;
}

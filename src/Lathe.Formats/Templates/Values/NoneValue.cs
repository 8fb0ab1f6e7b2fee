namespace Lathe.Formats.Templates;

internal sealed class NoneValue : TemplateValue
{
    private NoneValue()
    {
    }

    public static NoneValue Instance { get; } = new();

    public override bool IsTruthy => false;

    internal override string TypeName => "NoneType";
}

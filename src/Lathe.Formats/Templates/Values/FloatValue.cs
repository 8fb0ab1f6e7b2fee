namespace Lathe.Formats.Templates;

public sealed class FloatValue(double value) : TemplateValue
{
    public double Value { get; } = value;

    public override bool IsTruthy => Value != 0;

    internal override string TypeName => "float";
}

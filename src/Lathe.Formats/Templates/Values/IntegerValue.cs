using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>An integer of any size, as in Python.</summary>
public sealed class IntegerValue(BigInteger value) : TemplateValue
{
    public BigInteger Value { get; } = value;

    public override bool IsTruthy => !Value.IsZero;

    internal override string TypeName => "int";
}

namespace Lathe.Formats.Templates;

/// <summary><c>cycler(a, b)</c>: each <c>next()</c> gives the next of its values, around and around.</summary>
internal sealed class CyclerValue : TemplateValue
{
    private static readonly Builtin s_next = new("next", call => ((CyclerValue)call[0]).Next(), "cycler");
    private static readonly Builtin s_reset = new("reset", call => ((CyclerValue)call[0]).Reset(), "cycler");

    private readonly TemplateValue[] _values;
    private int _position;

    public CyclerValue(TemplateValue[] values)
    {
        _values = values.Length > 0 ? values : throw new TemplateException("'cycler' needs at least one value.");
    }

    public override bool IsTruthy => true;

    internal override string TypeName => "Cycler";

    internal override TemplateValue? GetAttribute(string name) => name switch
    {
        "items" => ListValue.Tuple(_values),
        "current" => _values[_position],
        "next" => new MethodValue(this, s_next),
        "reset" => new MethodValue(this, s_reset),
        _ => null,
    };

    private TemplateValue Next()
    {
        var value = _values[_position];
        _position = (_position + 1) % _values.Length;
        return value;
    }

    private TemplateValue Reset()
    {
        _position = 0;
        return None;
    }
}

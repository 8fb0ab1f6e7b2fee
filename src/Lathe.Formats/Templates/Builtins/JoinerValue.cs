namespace Lathe.Formats.Templates;

/// <summary><c>joiner(sep)</c>: nothing on the first call, the separator on each later one.</summary>
internal sealed class JoinerValue(string separator) : CallableValue
{
    private readonly StringValue _separator = new(separator);
    private bool _isUsed;

    internal override string TypeName => "Joiner";

    public override TemplateValue Call(Interpreter interpreter, CallArguments arguments)
    {
        if (arguments.Positional.Length + arguments.Named.Length > 0)
        {
            throw new TemplateException("a joiner takes no arguments.");
        }

        var text = _isUsed ? _separator : StringValue.Empty;
        _isUsed = true;
        return text;
    }
}

namespace Lathe.Formats.Templates;

/// <summary>Anything that a template can call.</summary>
internal abstract class CallableValue : TemplateValue
{
    public override bool IsTruthy => true;

    public abstract TemplateValue Call(Interpreter interpreter, CallArguments arguments);
}

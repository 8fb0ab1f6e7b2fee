namespace Lathe.Formats.Templates;

/// <summary>A built-in function as a value.</summary>
internal sealed class FunctionValue(Builtin builtin) : CallableValue
{
    public string Name => builtin.Name;

    internal override string TypeName => "function";

    public override TemplateValue Call(Interpreter interpreter, CallArguments arguments) => builtin.Invoke(interpreter, arguments);
}

namespace Lathe.Formats.Templates;

/// <summary>A macro with the scope that it was defined in, where its body finds the names that it does not define itself.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : CallableValue
{
    public MacroDefinition Definition { get; } = definition;

    public Scope Closure { get; } = closure;

    internal override string TypeName => "Macro";

    public override TemplateValue Call(Interpreter interpreter, CallArguments arguments) => interpreter.CallMacro(this, arguments);

    internal override TemplateValue? GetAttribute(string name) => name switch
    {
        "name" => new StringValue(Definition.Name),
        "arguments" => ListValue.Tuple([.. Definition.Parameters.Select(parameter => new StringValue(parameter.Name))]),
        "catch_varargs" => BooleanValue.Of(Definition.UsesExtraPositional),
        "catch_kwargs" => BooleanValue.Of(Definition.UsesExtraNamed),
        "caller" => BooleanValue.Of(Definition.UsesCaller),
        _ => null,
    };
}

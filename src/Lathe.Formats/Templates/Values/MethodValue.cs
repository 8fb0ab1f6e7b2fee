using System.Collections.Frozen;

namespace Lathe.Formats.Templates;

/// <summary>A method of a value, bound to it.</summary>
internal sealed class MethodValue(TemplateValue self, Builtin builtin) : CallableValue
{
    internal override string TypeName => "builtin_function_or_method";

    public string Name => builtin.Name;

    public static MethodValue? Bind(FrozenDictionary<string, Builtin> table, TemplateValue self, string name) =>
        table.TryGetValue(name, out var builtin) ? new MethodValue(self, builtin) : null;

    /// <summary>What the sandbox gives for a method that would change a value.</summary>
    public static UndefinedValue Unsafe(TemplateValue self, string name) =>
        new($"the method '{name}' would change a value of type '{self.TypeName}', and values of a template cannot change");

    public override TemplateValue Call(Interpreter interpreter, CallArguments arguments) =>
        builtin.Invoke(interpreter, arguments.Prepend(self));
}

namespace Lathe.Formats.Templates;

/// <summary>Calls of functions, macros, filters and tests.</summary>
internal sealed partial class Interpreter
{
    public TemplateValue CallMacro(MacroValue macro, CallArguments arguments)
    {
        var definition = macro.Definition;
        var scope = new Scope(macro.Closure);
        var named = arguments.Named.ToDictionary(argument => argument.Key, argument => argument.Value);
        for (var i = 0; i < definition.Parameters.Length; i++)
        {
            var parameter = definition.Parameters[i];
            var hasName = named.Remove(parameter.Name, out var value);
            if (i < arguments.Positional.Length)
            {
                value = hasName
                    ? throw new TemplateException($"the macro '{definition.Name}' was given the argument '{parameter.Name}' twice.")
                    : arguments.Positional[i];
            }

            scope.Set(parameter.Name, value ?? Default(parameter, scope));
        }

        BindExtra(definition, arguments.Positional, named, scope);
        return Capture(definition.Body, scope);
    }

    /// <summary>Applies a filter by name, as <c>map</c> does.</summary>
    public TemplateValue ApplyFilter(string name, TemplateValue value, CallArguments arguments) =>
        Filters.Table.TryGetValue(name, out var filter)
            ? filter.Invoke(this, arguments.Prepend(value))
            : throw new TemplateException($"there is no filter '{name}'.");

    /// <summary>Applies a test by name, as <c>select</c> does.</summary>
    public bool ApplyTest(string name, TemplateValue value, CallArguments arguments) =>
        Tests.Table.TryGetValue(name, out var test)
            ? test.Invoke(this, arguments.Prepend(value)).IsTruthy
            : throw new TemplateException($"there is no test '{name}'.");

    private TemplateValue EvaluateFilter(Expression.Filter filter, Scope scope)
    {
        var builtin = filter.Builtin ?? throw new TemplateException($"there is no filter '{filter.Name}'.");
        var input = Evaluate(filter.Input, scope);
        return builtin.Invoke(this, EvaluateArguments(filter.Arguments, scope).Prepend(input));
    }

    private TemplateValue EvaluateTest(Expression.Test test, Scope scope)
    {
        var builtin = test.Builtin ?? throw new TemplateException($"there is no test '{test.Name}'.");
        var input = Evaluate(test.Input, scope);
        return builtin.Invoke(this, EvaluateArguments(test.Arguments, scope).Prepend(input));
    }

    /// <param name="call">The call.</param>
    /// <param name="scope">Where it stands.</param>
    /// <param name="caller">The body of a call block, which is handed over as the argument <c>caller</c>.</param>
    private TemplateValue EvaluateCall(Expression.Call call, Scope scope, MacroValue? caller)
    {
        var target = Evaluate(call.Target, scope);
        var arguments = EvaluateArguments(call.Arguments, scope);
        if (caller is not null)
        {
            if (arguments.Named.Any(argument => argument.Key == "caller"))
            {
                throw new TemplateException("a call block gives the argument 'caller' itself.");
            }

            arguments = arguments with { Named = [.. arguments.Named, new("caller", caller)] };
        }

        return target switch
        {
            CallableValue callable => callable.Call(this, arguments),
            UndefinedValue undefined => throw undefined.Error(),
            _ => throw new TemplateException($"a value of type '{target.TypeName}' cannot be called."),
        };
    }

    private CallArguments EvaluateArguments(ArgumentList list, Scope scope)
    {
        if (ReferenceEquals(list, ArgumentList.Empty))
        {
            return CallArguments.Empty;
        }

        var positional = EvaluateAll(list.Positional, scope);
        if (list.ExtraPositional is not null)
        {
            positional = [.. positional, .. Iterate(Evaluate(list.ExtraPositional, scope))];
        }

        KeyValuePair<string, TemplateValue>[] named = [.. list.Named.Select(argument => KeyValuePair.Create(argument.Key, Evaluate(argument.Value, scope)))];
        if (list.ExtraNamed is not null)
        {
            named = [.. named, .. NamedArguments(Evaluate(list.ExtraNamed, scope))];
        }

        Budget.Work((long)positional.Length + named.Length);
        if (named.Length > 1 && named.DistinctBy(argument => argument.Key).Count() < named.Length)
        {
            throw new TemplateException("a named argument is there twice.");
        }

        return new CallArguments(positional, named);
    }

    private static IEnumerable<KeyValuePair<string, TemplateValue>> NamedArguments(TemplateValue value)
    {
        if (value is not DictValue dict)
        {
            throw new TemplateException($"'**' needs a dict, not a value of type '{value.TypeName}'.");
        }

        return dict.Entries.Select(entry => entry.Key is StringValue name
            ? KeyValuePair.Create(name.Text, entry.Value)
            : throw new TemplateException($"'**' needs strings as keys, not values of type '{entry.Key.TypeName}'."));
    }

    private TemplateValue Default(Parameter parameter, Scope scope) => parameter.Default is null
        ? new UndefinedValue($"the parameter '{parameter.Name}' was not given")
        : Evaluate(parameter.Default, scope);

    private static void BindExtra(MacroDefinition definition, TemplateValue[] positional, Dictionary<string, TemplateValue> named, Scope scope)
    {
        if (definition.UsesCaller && !Array.Exists(definition.Parameters, parameter => parameter.Name == "caller"))
        {
            scope.Set("caller", named.Remove("caller", out var caller) ? caller : new UndefinedValue("the macro was not called by a call block"));
        }

        var count = definition.Parameters.Length;
        if (definition.UsesExtraNamed)
        {
            scope.Set("kwargs", DictValue.Of(named));
        }
        else if (named.Count > 0)
        {
            throw new TemplateException($"the macro '{definition.Name}' has no parameter '{named.Keys.First()}'.");
        }

        if (definition.UsesExtraPositional)
        {
            scope.Set("varargs", ListValue.Tuple(positional.Length > count ? positional[count..] : []));
        }
        else if (positional.Length > count)
        {
            throw new TemplateException($"the macro '{definition.Name}' takes at most {count} arguments, not {positional.Length}.");
        }
    }
}

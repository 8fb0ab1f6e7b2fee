namespace Lathe.Formats.Templates;

/// <summary>
/// A function, filter, test or method of the language: its name, its parameters and what it does. A parameter that ends in
/// <c>?</c> may be left out; <c>*</c> takes further positional and <c>**</c> further named arguments.
/// </summary>
internal sealed class Builtin
{
    private readonly Func<Invocation, TemplateValue> _body;
    private readonly string[] _parameters;
    private readonly int _required;
    private readonly bool _takesExtraPositional;
    private readonly bool _takesExtraNamed;

    public Builtin(string name, Func<Invocation, TemplateValue> body, params string[] parameters)
    {
        Name = name;
        _body = body;
        _takesExtraPositional = parameters.Contains("*");
        _takesExtraNamed = parameters.Contains("**");
        _parameters = [.. parameters.Where(parameter => parameter[0] != '*').Select(parameter => parameter.TrimEnd('?'))];
        _required = parameters.Count(parameter => parameter[0] != '*' && parameter[^1] != '?');
    }

    public string Name { get; }

    public TemplateValue Invoke(Interpreter interpreter, CallArguments arguments)
    {
        var values = new TemplateValue?[_parameters.Length];
        var positional = arguments.Positional;
        if (positional.Length > values.Length && !_takesExtraPositional)
        {
            throw new TemplateException($"'{Name}' takes at most {values.Length} arguments, not {positional.Length}.");
        }

        var bound = Math.Min(positional.Length, values.Length);
        Array.Copy(positional, values, bound);
        var extraNamed = BindNamed(arguments.Named, values);
        for (var i = bound; i < _required; i++)
        {
            if (values[i] is null)
            {
                throw new TemplateException($"'{Name}' needs the argument '{_parameters[i]}'.");
            }
        }

        return _body(new Invocation(interpreter, this, values, positional[bound..], extraNamed));
    }

    public string ParameterName(int index) => _parameters[index];

    private List<KeyValuePair<string, TemplateValue>> BindNamed(KeyValuePair<string, TemplateValue>[] named, TemplateValue?[] values)
    {
        List<KeyValuePair<string, TemplateValue>> extra = [];
        foreach (var argument in named)
        {
            var index = Array.IndexOf(_parameters, argument.Key);
            if (index >= 0 && values[index] is null)
            {
                values[index] = argument.Value;
            }
            else if (index < 0 && _takesExtraNamed)
            {
                extra.Add(argument);
            }
            else
            {
                throw new TemplateException(index < 0
                    ? $"'{Name}' has no parameter '{argument.Key}'."
                    : $"'{Name}' was given the argument '{argument.Key}' twice.");
            }
        }

        return extra;
    }
}

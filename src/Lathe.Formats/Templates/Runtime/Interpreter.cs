using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Renders one template once: this part executes statements.</summary>
internal sealed partial class Interpreter(
    TemplateSource source,
    IReadOnlyDictionary<string, TemplateValue> variables,
    DateTime now,
    TemplateLimits limits)
{
    private StringBuilder _output = new();

    public RenderBudget Budget { get; } = new(limits);

    /// <summary>What <c>strftime_now</c> takes as the time.</summary>
    public DateTime Now { get; } = now;

    public string Render(Statement[] template)
    {
        ExecuteBlock(template, new Scope(null));
        return _output.ToString();
    }

    private Flow ExecuteBlock(Statement[] statements, Scope scope)
    {
        foreach (var statement in statements)
        {
            var flow = Execute(statement, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Execute(Statement statement, Scope scope)
    {
        try
        {
            Budget.Enter();
            Budget.Step();
            var flow = statement switch
            {
                Statement.Data data => Write(data.Text),
                Statement.Output output => Write(ToText(Evaluate(output.Value, scope))),
                Statement.If condition => ExecuteIf(condition, scope),
                Statement.For loop => ExecuteLoop(loop, Evaluate(loop.Items, scope), scope, depth: 0),
                Statement.Set assignment => Assign(assignment.Target, Evaluate(assignment.Value, scope), scope),
                Statement.With with => ExecuteWith(with, scope),
                Statement.Macro macro => Define(macro.Definition, scope),
                Statement.CallBlock call => Write(ToText(EvaluateCall(call.Call, scope, new MacroValue(call.Caller, scope)))),
                Statement.Generation generation => ExecuteBlock(generation.Body, new Scope(scope)),
                Statement.Break => Flow.Break,
                Statement.Continue => Flow.Continue,
                _ => throw new InvalidOperationException($"Statement {statement.GetType().Name} cannot be executed."),
            };
            Budget.Leave();
            return flow;
        }
        catch (TemplateException exception) when (exception.Line == 0)
        {
            throw source.Error(statement.Offset, exception.Reason, exception);
        }
    }

    private Flow Write(string text)
    {
        if ((long)_output.Length + text.Length > limits.MaxOutputLength)
        {
            throw new TemplateException($"the rendered text is longer than the limit of {limits.MaxOutputLength} characters.");
        }

        Budget.Allocate(text.Length);
        _output.Append(text);
        return Flow.Next;
    }

    /// <summary>Renders a block into a string instead of the output.</summary>
    private StringValue Capture(Statement[] body, Scope scope)
    {
        var outer = _output;
        _output = new StringBuilder();
        ExecuteBlock(body, scope);
        var text = new StringValue(_output.ToString());
        _output = outer;
        return text;
    }

    private Flow ExecuteIf(Statement.If statement, Scope scope)
    {
        foreach (var (condition, body) in statement.Branches)
        {
            if (condition is null || Evaluate(condition, scope).IsTruthy)
            {
                return ExecuteBlock(body, scope);
            }
        }

        return Flow.Next;
    }

    private Flow ExecuteLoop(Statement.For statement, TemplateValue items, Scope scope, int depth)
    {
        var passing = Iterate(items);
        if (statement.Filter is not null)
        {
            passing = Filter(passing, statement, statement.Filter, scope);
        }

        var loop = new LoopValue(passing, depth, statement.IsRecursive ? (outer, inner) => Recurse(statement, inner, scope, outer.Depth + 1) : null);
        // Jinja takes the else branch if no pass came to the end of the body, be it that each was cut short.
        var hasFinishedPass = false;
        while (loop.TryNext(out var item))
        {
            Budget.Step();

            // What a pass of the loop sets is gone in the next one.
            var inner = new Scope(scope);
            inner.Set("loop", loop);
            Assign(statement.Target, item, inner);
            var flow = ExecuteBlock(statement.Body, inner);
            hasFinishedPass |= flow == Flow.Next;
            if (flow == Flow.Break)
            {
                break;
            }
        }

        return !hasFinishedPass ? ExecuteBlock(statement.Else, new Scope(scope)) : Flow.Next;
    }

    private IEnumerable<TemplateValue> Filter(IEnumerable<TemplateValue> items, Statement.For statement, Expression filter, Scope scope)
    {
        foreach (var item in items)
        {
            var inner = new Scope(scope);
            Assign(statement.Target, item, inner);
            if (Evaluate(filter, inner).IsTruthy)
            {
                yield return item;
            }
        }
    }

    private StringValue Recurse(Statement.For statement, TemplateValue items, Scope scope, int depth)
    {
        var outer = _output;
        _output = new StringBuilder();
        ExecuteLoop(statement, items, scope, depth);
        var text = new StringValue(_output.ToString());
        _output = outer;
        return text;
    }

    private Flow ExecuteWith(Statement.With statement, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in statement.Variables)
        {
            Assign(target, Evaluate(value, scope), inner);
        }

        return ExecuteBlock(statement.Body, inner);
    }

    private static Flow Define(MacroDefinition definition, Scope scope)
    {
        scope.Set(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }

    private Flow Assign(AssignmentTarget target, TemplateValue value, Scope scope)
    {
        switch (target)
        {
            case AssignmentTarget.Variable variable:
                scope.Set(variable.Name, value);
                break;
            case AssignmentTarget.Attribute attribute when Find(attribute.Namespace, scope) is NamespaceValue owner:
                owner.Set(attribute.Name, value);
                break;
            case AssignmentTarget.Attribute attribute:
                throw new TemplateException($"'{attribute.Namespace}' is not a namespace, so its attribute '{attribute.Name}' cannot be set.");
            case AssignmentTarget.Tuple tuple:
                Unpack(tuple, value, scope);
                break;
            default:
                throw new InvalidOperationException($"Target {target.GetType().Name} cannot be assigned to.");
        }

        return Flow.Next;
    }

    private void Unpack(AssignmentTarget.Tuple tuple, TemplateValue value, Scope scope)
    {
        TemplateValue[] items = [.. Iterate(value).Take(tuple.Items.Length + 1)];
        if (items.Length != tuple.Items.Length)
        {
            var found = items.Length > tuple.Items.Length ? "more" : $"only {items.Length}";
            throw new TemplateException($"{tuple.Items.Length} names are assigned, but there are {found} values.");
        }

        for (var i = 0; i < items.Length; i++)
        {
            Assign(tuple.Items[i], items[i], scope);
        }
    }
}

using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>What follows a primary expression: attributes, items, calls, filters and tests.</summary>
internal sealed partial class Parser
{
    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (Current.IsOperator("."))
            {
                value = ParseAttribute(value);
            }
            else if (Current.IsOperator("["))
            {
                value = ParseItem(value);
            }
            else if (Current.IsOperator("("))
            {
                value = new Expression.Call(Current.Offset, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (SkipOperator("|"))
            {
                value = ParseFilter(value);
            }
            else if (SkipName("is"))
            {
                value = ParseTest(value);
            }
            else if (Current.IsOperator("("))
            {
                value = new Expression.Call(Current.Offset, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        Next();
        var token = Next();
        return token.Kind switch
        {
            TokenKind.Name => new Expression.Attribute(token.Offset, target, new StringValue(token.Text)),
            TokenKind.Integer => new Expression.Item(
                token.Offset,
                target,
                new Expression.Literal(token.Offset, new IntegerValue(ParseInteger(token)))),
            _ => throw Error(token.Offset, $"expected a name or an index after '.', found {token.Description}."),
        };
    }

    private Expression ParseItem(Expression target)
    {
        var offset = Next().Offset;
        var start = Current.IsOperator(":") ? null : ParseExpression();
        if (SkipOperator("]"))
        {
            return new Expression.Item(offset, target, start!);
        }

        if (start is not null && Current.IsOperator(","))
        {
            var items = new List<Expression> { start };
            while (SkipOperator(",") && !Current.IsOperator("]"))
            {
                items.Add(ParseExpression());
            }

            ExpectOperator("]");
            return new Expression.Item(offset, target, new Expression.Tuple(offset, [.. items]));
        }

        ExpectOperator(":");
        var stop = Current.IsOperator(":") || Current.IsOperator("]") ? null : ParseExpression();
        var step = SkipOperator(":") && !Current.IsOperator("]") ? ParseExpression() : null;
        ExpectOperator("]");
        return new Expression.Slice(offset, target, start, stop, step);
    }

    private ArgumentList ParseArguments()
    {
        ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<KeyValuePair<string, Expression>>();
        Expression? extraPositional = null;
        Expression? extraNamed = null;
        var isFirst = true;
        while (!SkipOperator(")"))
        {
            if (!isFirst)
            {
                ExpectOperator(",");
                if (SkipOperator(")"))
                {
                    break;
                }
            }

            isFirst = false;
            var offset = Current.Offset;
            if (extraPositional is null && extraNamed is null && SkipOperator("*"))
            {
                extraPositional = ParseExpression();
            }
            else if (extraNamed is null && SkipOperator("**"))
            {
                extraNamed = ParseExpression();
            }
            else if (extraNamed is null && Current.Kind == TokenKind.Name && Following.IsOperator("="))
            {
                var name = Next().Text;
                Next();
                named.Add(new(name, ParseExpression()));
            }
            else if (named.Count == 0 && extraPositional is null && extraNamed is null)
            {
                positional.Add(ParseExpression());
            }
            else
            {
                throw Error(offset, "a positional argument follows a named one.");
            }
        }

        return isFirst ? ArgumentList.Empty : new ArgumentList([.. positional], [.. named], extraPositional, extraNamed);
    }

    private Expression.Filter ParseFilter(Expression input)
    {
        var offset = Current.Offset;
        var name = ParseDottedName("the name of a filter");
        var builtin = Filters.Table.GetValueOrDefault(name);
        RejectUnknown(builtin, offset, "filter", name);
        var arguments = Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;
        return new Expression.Filter(offset, input, name, builtin, arguments);
    }

    private Expression ParseTest(Expression input)
    {
        var isNegated = SkipName("not");
        var offset = Current.Offset;
        var name = ParseDottedName("the name of a test");
        var builtin = Tests.Table.GetValueOrDefault(name);
        RejectUnknown(builtin, offset, "test", name);
        var arguments = Current.IsOperator("(") ? ParseArguments() : ParseBareTestArgument();
        Expression test = new Expression.Test(offset, input, name, builtin, arguments);
        return isNegated ? new Expression.Not(offset, test) : test;
    }

    /// <summary>The argument of a test may stand without parentheses: <c>x is divisibleby 3</c>.</summary>
    private ArgumentList ParseBareTestArgument()
    {
        var hasArgument = Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float
            || Current.IsOperator("[") || Current.IsOperator("{")
            || (Current.Kind == TokenKind.Name && Current.Text is not ("else" or "or" or "and" or "if" or "in" or "not"));
        if (!hasArgument)
        {
            return ArgumentList.Empty;
        }

        if (Current.IsName("is"))
        {
            throw Error(Current.Offset, "several tests cannot be chained with 'is'.");
        }

        Enter();
        var argument = ParsePostfix(ParsePrimary());
        Leave();
        return new ArgumentList([argument], [], null, null);
    }

    private string ParseDottedName(string description)
    {
        var name = new StringBuilder(Expect(TokenKind.Name, description).Text);
        while (SkipOperator("."))
        {
            name.Append('.').Append(Expect(TokenKind.Name, description).Text);
        }

        return name.ToString();
    }

    /// <summary>
    /// An unknown filter or test is an error at once, except behind a condition, where a template may have asked
    /// whether it exists.
    /// </summary>
    private void RejectUnknown(Builtin? builtin, int offset, string kind, string name)
    {
        if (builtin is null && _conditionDepth == 0)
        {
            throw Error(offset, $"there is no {kind} '{name}'.");
        }
    }
}

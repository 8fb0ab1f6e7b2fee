namespace Lathe.Formats.Templates;

/// <summary>Statements.</summary>
internal sealed partial class Parser
{
    private readonly Stack<MacroNames> _macros = new();
    private int _loopDepth;
    private int _conditionDepth;

    /// <summary>Parses up to a tag of one of these names, which stays the current token; without names, to the end.</summary>
    private Statement[] ParseBlock(params ReadOnlySpan<string> endTags)
    {
        Enter();
        var statements = new List<Statement>();
        while (true)
        {
            var token = Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new Statement.Data(token.Offset, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new Statement.Output(Current.Offset, ParseTuple()));
                    Expect(TokenKind.VariableEnd, "'}}'");
                    break;
                case TokenKind.BlockBegin when Current.Kind == TokenKind.Name && endTags.Contains(Current.Text):
                    Leave();
                    return [.. statements];
                case TokenKind.BlockBegin:
                    statements.Add(ParseStatement());
                    Expect(TokenKind.BlockEnd, "'%}'");
                    break;
                case TokenKind.EndOfTemplate when endTags.Length == 0:
                    Leave();
                    return [.. statements];
                case TokenKind.EndOfTemplate:
                    throw Error(token.Offset, $"the template ends where '{string.Join("' or '", endTags!)}' was expected.");
                default:
                    throw new InvalidOperationException($"Token kind {token.Kind} does not begin a statement.");
            }
        }
    }

    /// <summary>The end of the opening tag, the body, and the name of the closing tag.</summary>
    private Statement[] ParseBody(string endTag)
    {
        Expect(TokenKind.BlockEnd, "'%}'");
        var body = ParseBlock(endTag);
        Next();
        return body;
    }

    private Statement ParseStatement()
    {
        var tag = Expect(TokenKind.Name, "the name of a tag");
        return tag.Text switch
        {
            "if" => ParseIf(tag),
            "for" => ParseFor(tag),
            "set" => ParseSet(tag),
            "with" => ParseWith(tag),
            "macro" => ParseMacro(tag),
            "call" => ParseCallBlock(tag),
            "filter" => ParseFilterBlock(tag),
            "print" => new Statement.Output(tag.Offset, ParseTuple()),
            "generation" => new Statement.Generation(tag.Offset, ParseBody("endgeneration")),
            "break" => new Statement.Break(InLoop(tag)),
            "continue" => new Statement.Continue(InLoop(tag)),
            "block" or "extends" or "include" or "import" or "from" or "autoescape" =>
                throw Error(tag.Offset, $"the tag '{tag.Text}' is not available in chat templates."),
            _ => throw Error(tag.Offset, $"unknown tag '{tag.Text}'."),
        };
    }

    private int InLoop(Token tag) => _loopDepth > 0 ? tag.Offset : throw Error(tag.Offset, $"'{tag.Text}' is outside of a loop.");

    private Statement.If ParseIf(Token tag)
    {
        var branches = new List<KeyValuePair<Expression?, Statement[]>>();
        _conditionDepth++;
        while (true)
        {
            var condition = ParseTuple(withConditional: false);
            Expect(TokenKind.BlockEnd, "'%}'");
            branches.Add(new(condition, ParseBlock("elif", "else", "endif")));
            var end = Next().Text;
            if (end == "else")
            {
                branches.Add(new(null, ParseBody("endif")));
            }

            if (end != "elif")
            {
                _conditionDepth--;
                return new Statement.If(tag.Offset, [.. branches]);
            }
        }
    }

    private Statement.For ParseFor(Token tag)
    {
        var target = ParseTarget(allowsAttribute: false);
        if (!SkipName("in"))
        {
            throw Unexpected("'in'");
        }

        var items = ParseTuple(withConditional: false);
        var filter = SkipName("if") ? ParseExpression() : null;
        var isRecursive = SkipName("recursive");
        Expect(TokenKind.BlockEnd, "'%}'");

        _loopDepth++;
        var body = ParseBlock("else", "endfor");
        _loopDepth--;
        var otherwise = Next().IsName("else") ? ParseBody("endfor") : [];
        return new Statement.For(tag.Offset, target, items, filter, isRecursive, body, otherwise);
    }

    private Statement.Set ParseSet(Token tag)
    {
        var target = ParseTarget(allowsAttribute: true);
        if (SkipOperator("="))
        {
            return new Statement.Set(tag.Offset, target, ParseTuple());
        }

        // The filters are written before the text that they work on, so the text takes its place in the tree first.
        var filters = _position;
        SkipToBlockEnd();
        return new Statement.Set(tag.Offset, target, ParseFilteredBody(tag, filters, "endset"));
    }

    private Statement.Output ParseFilterBlock(Token tag)
    {
        var filters = _position;
        SkipToBlockEnd();
        return new Statement.Output(tag.Offset, ParseFilteredBody(tag, filters, "endfilter"));
    }

    private void SkipToBlockEnd()
    {
        while (Current.Kind is not (TokenKind.BlockEnd or TokenKind.EndOfTemplate))
        {
            Next();
        }
    }

    private Expression ParseFilteredBody(Token tag, int filters, string endTag)
    {
        var loopDepth = _loopDepth;
        _loopDepth = 0;
        var body = ParseBody(endTag);
        _loopDepth = loopDepth;

        var end = _position;
        _position = filters;
        Expression value = new Expression.BlockText(tag.Offset, body);
        if (endTag == "endfilter")
        {
            value = ParseFilter(value);
        }

        while (SkipOperator("|"))
        {
            value = ParseFilter(value);
        }

        Expect(TokenKind.BlockEnd, "'%}'");
        _position = end;
        return value;
    }

    private Statement.With ParseWith(Token tag)
    {
        var variables = new List<KeyValuePair<AssignmentTarget, Expression>>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                ExpectOperator(",");
            }

            var target = ParseTargetItem(allowsAttribute: false);
            ExpectOperator("=");
            variables.Add(new(target, ParseExpression()));
        }

        return new Statement.With(tag.Offset, [.. variables], ParseBody("endwith"));
    }

    private Statement.Macro ParseMacro(Token tag)
    {
        var name = Expect(TokenKind.Name, "the name of the macro").Text;
        return new Statement.Macro(tag.Offset, ParseMacroBody(tag, name, ParseParameters(), "endmacro"));
    }

    private Statement.CallBlock ParseCallBlock(Token tag)
    {
        var parameters = Current.IsOperator("(") ? ParseParameters() : [];
        var offset = Current.Offset;
        if (ParseExpression() is not Expression.Call call)
        {
            throw Error(offset, "a call block needs a call, as in 'call name(...)'.");
        }

        return new Statement.CallBlock(tag.Offset, ParseMacroBody(tag, "caller", parameters, "endcall"), call);
    }

    private MacroDefinition ParseMacroBody(Token tag, string name, Parameter[] parameters, string endTag)
    {
        var names = new MacroNames();
        var loopDepth = _loopDepth;
        _loopDepth = 0;
        _macros.Push(names);
        var body = ParseBody(endTag);
        _macros.Pop();
        _loopDepth = loopDepth;
        return new MacroDefinition(tag.Offset, name, parameters, body, names.ExtraPositional, names.ExtraNamed, names.Caller);
    }

    private Parameter[] ParseParameters()
    {
        var parameters = new List<Parameter>();
        var names = new HashSet<string>();
        var hasDefault = false;
        ExpectOperator("(");
        while (!Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
            {
                ExpectOperator(",");
            }

            var name = Expect(TokenKind.Name, "the name of a parameter");
            var value = SkipOperator("=") ? ParseExpression() : null;
            if (value is null && hasDefault)
            {
                throw Error(name.Offset, $"the parameter '{name.Text}' has no default but follows one that has.");
            }

            if (!names.Add(name.Text))
            {
                throw Error(name.Offset, $"the parameter '{name.Text}' is there twice.");
            }

            hasDefault |= value is not null;
            parameters.Add(new Parameter(name.Text, value));
        }

        Next();
        return [.. parameters];
    }

    private AssignmentTarget ParseTarget(bool allowsAttribute)
    {
        var offset = Current.Offset;
        var first = ParseTargetItem(allowsAttribute);
        if (!Current.IsOperator(","))
        {
            return first;
        }

        var items = new List<AssignmentTarget> { first };
        while (SkipOperator(",") && (Current.Kind == TokenKind.Name || Current.IsOperator("(")) && !Current.IsName("in"))
        {
            items.Add(ParseTargetItem(allowsAttribute));
        }

        return new AssignmentTarget.Tuple(offset, [.. items]);
    }

    private AssignmentTarget ParseTargetItem(bool allowsAttribute)
    {
        if (Current.IsOperator("("))
        {
            Enter();
            Next();
            var inner = ParseTarget(allowsAttribute);
            ExpectOperator(")");
            Leave();
            return inner;
        }

        var name = Expect(TokenKind.Name, "a name to assign to");
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw Error(name.Offset, $"'{name.Text}' cannot be assigned to.");
        }

        return allowsAttribute && SkipOperator(".")
            ? new AssignmentTarget.Attribute(name.Offset, name.Text, Expect(TokenKind.Name, "the name of an attribute").Text)
            : new AssignmentTarget.Variable(name.Offset, name.Text);
    }
}

using System.Globalization;
using System.Numerics;
using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Expressions, from the loosest binding to the tightest.</summary>
internal sealed partial class Parser
{
    private static readonly Dictionary<string, BinaryOperator> s_sums = new() { ["+"] = BinaryOperator.Add, ["-"] = BinaryOperator.Subtract };

    private static readonly Dictionary<string, BinaryOperator> s_products = new()
    {
        ["*"] = BinaryOperator.Multiply,
        ["/"] = BinaryOperator.Divide,
        ["//"] = BinaryOperator.FloorDivide,
        ["%"] = BinaryOperator.Modulo,
    };

    private static readonly Dictionary<string, BinaryOperator> s_powers = new() { ["**"] = BinaryOperator.Power };

    private static readonly Dictionary<string, ComparisonOperator> s_comparisons = new()
    {
        ["=="] = ComparisonOperator.Equal,
        ["!="] = ComparisonOperator.NotEqual,
        ["<"] = ComparisonOperator.Less,
        ["<="] = ComparisonOperator.LessOrEqual,
        [">"] = ComparisonOperator.Greater,
        [">="] = ComparisonOperator.GreaterOrEqual,
    };

    private bool AtTupleEnd => Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.EndOfTemplate
        || Current.IsOperator(")") || Current.IsName("recursive");

    /// <summary>One expression, or several with commas between, which make a tuple.</summary>
    private Expression ParseTuple(bool withConditional = true, bool allowsEmpty = false)
    {
        var offset = Current.Offset;
        if (AtTupleEnd)
        {
            return allowsEmpty ? new Expression.Tuple(offset, []) : throw Unexpected("an expression");
        }

        var first = withConditional ? ParseExpression() : ParseOr();
        if (!Current.IsOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (SkipOperator(",") && !AtTupleEnd)
        {
            items.Add(withConditional ? ParseExpression() : ParseOr());
        }

        return new Expression.Tuple(offset, [.. items]);
    }

    private Expression ParseExpression()
    {
        Enter();
        var value = ParseOr();
        while (Current.IsName("if"))
        {
            _conditionDepth++;
            var offset = Next().Offset;
            var condition = ParseOr();
            var otherwise = SkipName("else") ? ParseExpression() : null;
            value = new Expression.Conditional(offset, condition, value, otherwise);
            _conditionDepth--;
        }

        Leave();
        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (Current.IsName("or"))
        {
            left = new Expression.Or(Next().Offset, left, ParseAnd());
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (Current.IsName("and"))
        {
            left = new Expression.And(Next().Offset, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not"))
        {
            return ParseComparison();
        }

        Enter();
        var not = new Expression.Not(Next().Offset, ParseNot());
        Leave();
        return not;
    }

    private Expression ParseComparison()
    {
        var offset = Current.Offset;
        var first = ParseSum();
        var rest = new List<KeyValuePair<ComparisonOperator, Expression>>();
        while (TryParseComparisonOperator(out var comparison))
        {
            rest.Add(new(comparison, ParseSum()));
        }

        return rest.Count == 0 ? first : new Expression.Comparison(offset, first, [.. rest]);
    }

    private bool TryParseComparisonOperator(out ComparisonOperator comparison)
    {
        if (Current.Kind == TokenKind.Operator && s_comparisons.TryGetValue(Current.Text, out comparison))
        {
            Next();
            return true;
        }

        comparison = ComparisonOperator.In;
        if (SkipName("in"))
        {
            return true;
        }

        comparison = ComparisonOperator.NotIn;
        if (!Current.IsName("not") || !Following.IsName("in"))
        {
            return false;
        }

        Next();
        Next();
        return true;
    }

    private Expression ParseSum() => ParseBinary(s_sums, ParseConcatenation);

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!Current.IsOperator("~"))
        {
            return first;
        }

        var offset = Current.Offset;
        var parts = new List<Expression> { first };
        while (SkipOperator("~"))
        {
            parts.Add(ParseProduct());
        }

        return new Expression.Concatenation(offset, [.. parts]);
    }

    private Expression ParseProduct() => ParseBinary(s_products, ParsePower);

    /// <summary>In Jinja powers bind to the left and looser than signs: -2**2 is 4.</summary>
    private Expression ParsePower() => ParseBinary(s_powers, () => ParseUnary(withFilters: true));

    private Expression ParseBinary(Dictionary<string, BinaryOperator> operators, Func<Expression> parseOperand)
    {
        var left = parseOperand();
        while (Current.Kind == TokenKind.Operator && operators.TryGetValue(Current.Text, out var binary))
        {
            left = new Expression.Binary(Next().Offset, binary, left, parseOperand());
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Enter();
        var offset = Current.Offset;
        var value = SkipOperator("-") ? new Expression.Negate(offset, ParseUnary(withFilters: false))
            : SkipOperator("+") ? new Expression.Plus(offset, ParseUnary(withFilters: false))
            : ParsePostfix(ParsePrimary());
        value = withFilters ? ParseFiltersAndTests(value) : value;
        Leave();
        return value;
    }

    private Expression ParsePrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Next();
                return ParseName(token);
            case TokenKind.String:
                var text = new StringBuilder();
                while (Current.Kind == TokenKind.String)
                {
                    text.Append(Next().Text);
                }

                return new Expression.Literal(token.Offset, new StringValue(text.ToString()));
            case TokenKind.Integer:
                return new Expression.Literal(Next().Offset, new IntegerValue(ParseInteger(token)));
            case TokenKind.Float:
                return new Expression.Literal(Next().Offset, new FloatValue(double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Operator when SkipOperator("("):
                var tuple = ParseTuple(allowsEmpty: true);
                ExpectOperator(")");
                return tuple;
            case TokenKind.Operator when SkipOperator("["):
                return new Expression.List(token.Offset, ParseList("]", ParseExpression));
            case TokenKind.Operator when SkipOperator("{"):
                return new Expression.Dict(token.Offset, ParseList("}", ParseEntry));
            default:
                throw Unexpected("an expression");
        }
    }

    private Expression ParseName(Token token)
    {
        TemplateValue? constant = token.Text switch
        {
            "true" or "True" => TemplateValue.True,
            "false" or "False" => TemplateValue.False,
            "none" or "None" => TemplateValue.None,
            _ => null,
        };
        foreach (var macro in _macros)
        {
            macro.Note(token.Text);
        }

        return constant is null ? new Expression.Variable(token.Offset, token.Text) : new Expression.Literal(token.Offset, constant);
    }

    private BigInteger ParseInteger(Token token)
    {
        var bits = token.Text.Length > 1 && char.IsAsciiLetter(token.Text[1]) ? char.ToLowerInvariant(token.Text[1]) : 'd';
        var radix = IntegerText.Radix(bits);
        return IntegerText.TryParse(bits == 'd' ? token.Text : token.Text[2..], radix, _limits.MaxIntegerBits, out var value)
            ? value
            : throw Error(token.Offset, $"'{token.Text}' is not an integer that is supported.");
    }

    private T[] ParseList<T>(string end, Func<T> parseItem)
    {
        var items = new List<T>();
        while (!SkipOperator(end))
        {
            if (items.Count > 0)
            {
                ExpectOperator(",");
                if (SkipOperator(end))
                {
                    break;
                }
            }

            items.Add(parseItem());
        }

        return [.. items];
    }

    private KeyValuePair<Expression, Expression> ParseEntry()
    {
        var key = ParseExpression();
        ExpectOperator(":");
        return new(key, ParseExpression());
    }
}

namespace Lathe.Formats.Templates;

/// <summary>An expression; <paramref name="Offset"/> is where in the source an error in it is reported.</summary>
internal abstract record Expression(int Offset)
{
    public sealed record Literal(int Offset, TemplateValue Value) : Expression(Offset);

    public sealed record Variable(int Offset, string Name) : Expression(Offset);

    public sealed record List(int Offset, Expression[] Items) : Expression(Offset);

    public sealed record Tuple(int Offset, Expression[] Items) : Expression(Offset);

    public sealed record Dict(int Offset, KeyValuePair<Expression, Expression>[] Entries) : Expression(Offset);

    /// <summary><c>target.name</c>: the attribute, else the item.</summary>
    public sealed record Attribute(int Offset, Expression Target, StringValue Name) : Expression(Offset);

    /// <summary><c>target[key]</c>: the item, else the attribute.</summary>
    public sealed record Item(int Offset, Expression Target, Expression Key) : Expression(Offset);

    public sealed record Slice(int Offset, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Offset);

    public sealed record Call(int Offset, Expression Target, ArgumentList Arguments) : Expression(Offset);

    /// <summary>A filter; without a builtin its name is unknown, which is an error if it is ever reached.</summary>
    public sealed record Filter(int Offset, Expression Input, string Name, Builtin? Builtin, ArgumentList Arguments) : Expression(Offset);

    public sealed record Test(int Offset, Expression Input, string Name, Builtin? Builtin, ArgumentList Arguments) : Expression(Offset);

    public sealed record Negate(int Offset, Expression Operand) : Expression(Offset);

    public sealed record Plus(int Offset, Expression Operand) : Expression(Offset);

    public sealed record Not(int Offset, Expression Operand) : Expression(Offset);

    public sealed record And(int Offset, Expression Left, Expression Right) : Expression(Offset);

    public sealed record Or(int Offset, Expression Left, Expression Right) : Expression(Offset);

    public sealed record Binary(int Offset, BinaryOperator Operator, Expression Left, Expression Right) : Expression(Offset);

    /// <summary><c>a ~ b ~ c</c></summary>
    public sealed record Concatenation(int Offset, Expression[] Parts) : Expression(Offset);

    /// <summary><c>a &lt; b &lt; c</c>: true if each neighbouring pair compares true.</summary>
    public sealed record Comparison(int Offset, Expression First, KeyValuePair<ComparisonOperator, Expression>[] Rest) : Expression(Offset);

    public sealed record Conditional(int Offset, Expression Condition, Expression Then, Expression? Else) : Expression(Offset);

    /// <summary>The text of a block that is being filtered or captured.</summary>
    public sealed record BlockText(int Offset, Statement[] Body) : Expression(Offset);
}

namespace Lathe.Formats.Templates;

/// <summary>A statement; <paramref name="Offset"/> is where in the source an error in it is reported.</summary>
internal abstract record Statement(int Offset)
{
    public sealed record Data(int Offset, string Text) : Statement(Offset);

    public sealed record Output(int Offset, Expression Value) : Statement(Offset);

    /// <summary>The branches in order; the one of <c>else</c> has no condition.</summary>
    public sealed record If(int Offset, KeyValuePair<Expression?, Statement[]>[] Branches) : Statement(Offset);

    public sealed record For(
        int Offset,
        AssignmentTarget Target,
        Expression Items,
        Expression? Filter,
        bool IsRecursive,
        Statement[] Body,
        Statement[] Else) : Statement(Offset);

    public sealed record Set(int Offset, AssignmentTarget Target, Expression Value) : Statement(Offset);

    public sealed record With(int Offset, KeyValuePair<AssignmentTarget, Expression>[] Variables, Statement[] Body) : Statement(Offset);

    public sealed record Macro(int Offset, MacroDefinition Definition) : Statement(Offset);

    /// <summary><c>{% call(parameters) macro(...) %}body{% endcall %}</c></summary>
    public sealed record CallBlock(int Offset, MacroDefinition Caller, Expression.Call Call) : Statement(Offset);

    /// <summary><c>{% generation %}</c> marks what the assistant wrote; it renders its body in a scope of its own.</summary>
    public sealed record Generation(int Offset, Statement[] Body) : Statement(Offset);

    public sealed record Break(int Offset) : Statement(Offset);

    public sealed record Continue(int Offset) : Statement(Offset);
}

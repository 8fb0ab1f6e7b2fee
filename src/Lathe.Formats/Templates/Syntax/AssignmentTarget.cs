namespace Lathe.Formats.Templates;

/// <summary>What <c>set</c> and <c>for</c> assign to.</summary>
internal abstract record AssignmentTarget(int Offset)
{
    public sealed record Variable(int Offset, string Name) : AssignmentTarget(Offset);

    public sealed record Attribute(int Offset, string Namespace, string Name) : AssignmentTarget(Offset);

    public sealed record Tuple(int Offset, AssignmentTarget[] Items) : AssignmentTarget(Offset);
}

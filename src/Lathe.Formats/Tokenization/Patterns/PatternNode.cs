namespace Lathe.Formats.Tokenization.Patterns;

/// <summary>The syntax tree of a pre-tokeniser's pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point of a set, named by its index in the parsed pattern.</summary>
    internal sealed record Consume(int Set) : PatternNode;

    /// <summary>The items one after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>The first choice that leads to a match, in order of preference.</summary>
    internal sealed record Alternation(IReadOnlyList<PatternNode> Choices) : PatternNode;

    /// <summary>Greedy repetition; <see cref="Unbounded"/> as the maximum means without end.</summary>
    internal sealed record Repeat(PatternNode Body, int Minimum, int Maximum) : PatternNode
    {
        public const int Unbounded = -1;
    }

    /// <summary>Holds where the next code point is not in the set, or where the text ends.</summary>
    internal sealed record NotFollowedBy(int Set) : PatternNode;

    /// <summary>Holds where the text ends.</summary>
    internal sealed record EndOfText : PatternNode;
}

namespace Lathe.Formats.Templates;

/// <summary>
/// What a template may use. A chat template comes out of a model file, so it is hostile input: every loop, buffer and
/// recursion is bounded, and exceeding a bound is a <see cref="TemplateException"/>.
/// </summary>
public sealed record TemplateLimits
{
    /// <summary>Bounds that every published template stays far below.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>UTF-16 units in the source of a template.</summary>
    public int MaxSourceLength { get; init; } = 4 << 20;

    /// <summary>Nesting of expressions and blocks in the source.</summary>
    public int MaxNesting { get; init; } = 200;

    /// <summary>Evaluated nodes, plus one for every 64 characters that an operation touches.</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Nesting of evaluated nodes; recursion of macros counts through the nodes that it passes.</summary>
    public int MaxDepth { get; init; } = 4_000;

    /// <summary>UTF-16 units in the rendered text and in any one string; an item of a list counts as sixteen.</summary>
    public int MaxOutputLength { get; init; } = 16 << 20;

    /// <summary>UTF-16 units constructed during one rendering, in all; an item of a list counts as sixteen.</summary>
    public long MaxAllocation { get; init; } = 256L << 20;

    /// <summary>Numbers in a <c>range</c>.</summary>
    public int MaxRangeLength { get; init; } = 100_000;

    /// <summary>Bits of an integer.</summary>
    public int MaxIntegerBits { get; init; } = 8_192;
}

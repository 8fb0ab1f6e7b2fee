namespace Lathe.Formats.Tokenization;

/// <summary>The ids of tokens with a role of their own, as far as a model has them.</summary>
public sealed record SpecialTokenIds
{
    /// <summary>Begins a text (<c>[CLS]</c> in WordPiece models).</summary>
    public int? Bos { get; init; }

    /// <summary>Ends a text.</summary>
    public int? Eos { get; init; }

    /// <summary>Ends a turn of a conversation.</summary>
    public int? Eot { get; init; }

    /// <summary>Ends a message that a tool's answer follows.</summary>
    public int? Eom { get; init; }

    /// <summary>Stands for text that cannot be expressed.</summary>
    public int? Unknown { get; init; }

    /// <summary>Separates two texts (<c>[SEP]</c>).</summary>
    public int? Separator { get; init; }

    /// <summary>Fills up a batch.</summary>
    public int? Padding { get; init; }

    /// <summary>Hides a token that is to be guessed.</summary>
    public int? Mask { get; init; }

    /// <summary>Each id with its metadata key's name, for checks.</summary>
    internal IEnumerable<(string Name, int? Id)> All =>
    [
        ("bos", Bos), ("eos", Eos), ("eot", Eot), ("eom", Eom), ("unknown", Unknown), ("seperator", Separator), ("padding", Padding), ("mask", Mask),
    ];
}

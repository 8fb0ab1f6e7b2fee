namespace Lathe.Formats.Tokenization;

/// <summary>What a token is; the values are those of <c>tokenizer.ggml.token_type</c>.</summary>
public enum TokenType
{
    /// <summary>Not said; such a token is never produced from text and adds nothing to it.</summary>
    Undefined = 0,

    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for text that the vocabulary cannot express.</summary>
    Unknown = 2,

    /// <summary>Steers the model (begin, end, a role); read from text only when special tokens are parsed, and adds nothing to text.</summary>
    Control = 3,

    /// <summary>Literal text that is always one token.</summary>
    UserDefined = 4,

    /// <summary>A row without a use; never produced from text, and adds nothing to it.</summary>
    Unused = 5,

    /// <summary>One byte, written <c>&lt;0xHH&gt;</c>, for text that no other token expresses.</summary>
    Byte = 6,
}

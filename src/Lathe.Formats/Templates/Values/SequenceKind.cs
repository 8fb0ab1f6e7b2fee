namespace Lathe.Formats.Templates;

/// <summary>Which of Python's sequence types a <see cref="ListValue"/> stands for.</summary>
internal enum SequenceKind
{
    List,
    Tuple,
    Range,

    /// <summary>The views of a dict: they have a length and can be iterated, but not indexed.</summary>
    Keys,
    Values,
    Items,
}

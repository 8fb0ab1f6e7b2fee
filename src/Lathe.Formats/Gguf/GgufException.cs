namespace Lathe.Formats.Gguf;

/// <summary>A GGUF file cannot be used as asked. The message says in one sentence which field, where, what was found and what was expected.</summary>
public sealed class GgufException : Exception
{
    public GgufException(string message)
        : base(message)
    {
    }

    public GgufException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal GgufException(string source, string field, long offset, string found, string expected)
        : base($"{source}: {field} at offset {offset}: found {found}, expected {expected}.")
    {
        Field = field;
        Offset = offset;
    }

    internal GgufException(string source, string field, string problem)
        : base($"{source}: {field}: {problem}.")
    {
        Field = field;
    }

    /// <summary>The field that is wrong, such as <c>tensor "output.weight".offset</c>; null when the fault is not in one field.</summary>
    public string? Field { get; }

    /// <summary>Where the field lies in its file, in bytes from the start; null when the fault has no place.</summary>
    public long? Offset { get; }
}

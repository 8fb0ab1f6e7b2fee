namespace Lathe.Formats.Templates;

/// <summary>A chat template that could not be parsed or rendered. The message names the line and column and what was wrong.</summary>
public sealed class TemplateException : Exception
{
    /// <summary>An error whose place in the template is not (yet) known.</summary>
    public TemplateException(string reason)
        : this(reason, 0, 0)
    {
    }

    /// <summary>An error at a place in the template; lines and columns count from 1.</summary>
    public TemplateException(string reason, int line, int column, Exception? innerException = null)
        : base(line > 0 ? $"Template line {line}, column {column}: {reason}" : reason, innerException)
    {
        Reason = reason;
        Line = line;
        Column = column;
    }

    /// <summary>What was wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>The line, from 1; 0 when the error has no place in the template.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 units, from 1; 0 when the error has no place in the template.</summary>
    public int Column { get; }
}

namespace Lathe.Cli;

/// <summary>The command cannot go on; the message is the one sentence that the user reads.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Failure) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The command line itself is wrong in a way that the parser cannot see.</summary>
    public static CommandException Usage(string message) => new(message, Cli.ExitCode.Usage);
}

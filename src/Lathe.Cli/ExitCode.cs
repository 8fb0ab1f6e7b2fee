namespace Lathe.Cli;

/// <summary>What the command tells its caller.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>It was understood but could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}

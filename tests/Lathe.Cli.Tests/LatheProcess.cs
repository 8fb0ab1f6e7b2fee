using System.Diagnostics;
using System.Text;

namespace Lathe.Cli.Tests;

/// <summary>Runs the built command as its users do: a process of its own.</summary>
internal static class LatheProcess
{
    private static readonly string s_assembly = Path.Combine(AppContext.BaseDirectory, "lathe.dll");

    public static CommandOutcome Run(params string[] arguments) => RunWithInput("", arguments);

    public static CommandOutcome RunWithInput(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [s_assembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandOutcome(process.ExitCode, output, error.Result);
    }
}

using System.Diagnostics;
using Lathe.Cpu.Tests.Golden;

namespace Lathe.Cpu.Tests.Isa;

/// <summary>The goldens and the operations again in child processes that may not use the widest instructions of this processor.</summary>
public sealed class IsaTierTests(ITestOutputHelper output)
{
    private const string ChildMark = "LATHE_TESTS_ISA_CHILD";

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVXVNNI")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Goldens_and_operations_pass_without(string instructions)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(ChildMark) is not null, "this is the child process of this very test");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Lathe.Cpu.Tests" + (OperatingSystem.IsWindows() ? ".exe" : "")))
        {
            ArgumentList = { "--filter-class", typeof(GoldenTests).FullName!, "--filter-namespace", "Lathe.Cpu.Tests.Ops" },
            Environment = { [instructions] = "0", [ChildMark] = "1" },
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(start)!;
        var text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        output.WriteLine(text);
        Assert.True(child.ExitCode == 0, text);
    }
}

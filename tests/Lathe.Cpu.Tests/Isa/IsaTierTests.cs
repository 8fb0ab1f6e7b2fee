using System.Diagnostics;
using Lathe.Cpu.Tests.Drift;
using Lathe.Cpu.Tests.Golden;

namespace Lathe.Cpu.Tests.Isa;

/// <summary>The goldens and the operations again in child processes that may not use the widest instructions of this processor.</summary>
public sealed class IsaTierTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVXVNNI")]
    [InlineData("DOTNET_EnableAVX512 DOTNET_EnableAVXVNNI")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Goldens_and_operations_pass_without(string instructions)
    {
        Run(instructions, "--filter-class", typeof(GoldenTests).FullName!);
        Run(instructions, "--filter-namespace", "Lathe.Cpu.Tests.Ops");
        Run(instructions, "--filter-method", $"*.{nameof(InvarianceTests.A_mixture_of_experts_is_equal_to_the_bit)}");
    }

    private void Run(string instructions, string filter, string value)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Lathe.Cpu.Tests" + (OperatingSystem.IsWindows() ? ".exe" : "")))
        {
            ArgumentList = { filter, value },
            RedirectStandardOutput = true,
        };
        foreach (var variable in instructions.Split(' '))
        {
            start.Environment[variable] = "0";
        }

        using var child = Process.Start(start)!;
        var text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        output.WriteLine(text);
        Assert.True(child.ExitCode == 0, text);
    }
}

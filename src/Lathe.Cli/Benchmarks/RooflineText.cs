using System.Text;
using Lathe.Cpu.Roofline;

namespace Lathe.Cli.Benchmarks;

/// <summary>How much of what the machine can do at best each test reached. Prompts are bound by multiply-adds, single tokens by reading
/// every weight once.</summary>
internal static class RooflineText
{
    public static string Of(int threads, MachineRoofline machine, IReadOnlyList<ThroughputEntry> entries)
    {
        var severalModels = entries.Select(entry => entry.ModelPath).Distinct().Count() > 1;
        var text = new StringBuilder(
            $"\nat best, {threads} threads: {machine.Int8MultiplyAdds / 1e9:F0} G 8-bit multiply-adds/s ({machine.Int8Instruction}), " +
            $"{machine.FloatMultiplyAdds / 1e9:F0} G f32 multiply-adds/s, {machine.ReadBandwidth / 1e9:F1} GB/s read ({machine.ReadPattern})\n");
        foreach (var entry in entries.Where(entry => entry.Configuration.Threads == threads))
        {
            var result = entry.Result;
            text.Append(
                $"{(severalModels ? entry.Model.Type + " " : "")}{result.Test.Name}: {result.MultiplyAddsPerSecond / 1e9:F1} G multiply-adds/s, {100 * result.MultiplyAddsPerSecond / machine.Int8MultiplyAdds:F1} % of the 8-bit peak; " +
                $"{result.BytesPerSecond / 1e9:F2} GB/s, {100 * result.BytesPerSecond / machine.ReadBandwidth:F1} % of the read bandwidth\n" +
                $"    against what the machine did right before and after each repetition, lowest / median / highest: {Spread(entry.Int8Shares)} % of the 8-bit peak; {Spread(entry.ReadShares)} % of the read bandwidth\n");
        }

        return text.ToString();
    }

    private static string Spread(IReadOnlyList<double> shares)
    {
        double[] sorted = [.. shares.Order()];
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return string.Join(" / ", new[] { sorted[0], median, sorted[^1] }.Select(share => (100 * share).ToString("F1", System.Globalization.CultureInfo.InvariantCulture)));
    }
}

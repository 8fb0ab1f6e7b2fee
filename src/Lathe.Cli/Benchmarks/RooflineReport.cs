using Lathe.Cpu.Roofline;

namespace Lathe.Cli.Benchmarks;

/// <summary>How much of what the machine can do at best each test reached. Prompts are bound by multiply-adds, single tokens by reading
/// every weight once.</summary>
internal static class RooflineReport
{
    public static void Print(int threads, IReadOnlyList<BenchRecord> records)
    {
        var machine = RooflineProbe.Measure(threads);
        Console.Out.WriteLine();
        Console.Out.WriteLine(
            $"at best, {threads} threads: {machine.Int8MultiplyAdds / 1e9:F0} G 8-bit multiply-adds/s ({machine.Int8Instruction}), " +
            $"{machine.FloatMultiplyAdds / 1e9:F0} G f32 multiply-adds/s, {machine.ReadBandwidth / 1e9:F1} GB/s read ({machine.ReadPattern})");
        foreach (var result in records.Select(record => record.Result))
        {
            Console.Out.WriteLine(
                $"{result.Test.Name}: {result.MultiplyAddsPerSecond / 1e9:F1} G multiply-adds/s, {100 * result.MultiplyAddsPerSecond / machine.Int8MultiplyAdds:F1} % of the 8-bit peak; " +
                $"{result.BytesPerSecond / 1e9:F2} GB/s, {100 * result.BytesPerSecond / machine.ReadBandwidth:F1} % of the read bandwidth");
        }
    }
}

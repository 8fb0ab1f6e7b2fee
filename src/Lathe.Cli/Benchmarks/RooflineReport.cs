using Lathe.Cpu.Roofline;
using Lathe.Engine.Graphs;

namespace Lathe.Cli.Benchmarks;

/// <summary>How much of what the machine can do at best each test reached. Prompts are bound by multiply-adds, single tokens by reading
/// every weight once.</summary>
internal static class RooflineReport
{
    public static void Print(ModelOnDevice loaded, int threads, IReadOnlyList<BenchRecord> records)
    {
        var matrices = loaded.Model.Graph.Nodes.OfType<MatMulNode>().Select(node => node.Weight).ToList();
        var bytesPerToken = matrices.Sum(weight => weight.ByteSize);
        var multiplyAddsPerToken = matrices.Sum(weight => (long)weight.InputWidth * weight.OutputWidth);
        var machine = RooflineProbe.Measure(threads);
        Console.Out.WriteLine();
        Console.Out.WriteLine(
            $"at best, {threads} threads: {machine.Int8MultiplyAdds / 1e9:F0} G 8-bit multiply-adds/s ({machine.Int8Instruction}), " +
            $"{machine.FloatMultiplyAdds / 1e9:F0} G f32 multiply-adds/s, {machine.ReadBandwidth / 1e9:F1} GB/s read ({machine.ReadPattern})");
        foreach (var record in records)
        {
            var test = record.Result.Test;
            var rate = record.Result.MeanRate;
            Console.Out.WriteLine(test.PromptTokens > 0
                ? $"{test.Name}: {rate * multiplyAddsPerToken / 1e9:F1} G multiply-adds/s of the weights, {100 * rate * multiplyAddsPerToken / machine.Int8MultiplyAdds:F1} % of the 8-bit peak"
                : $"{test.Name}: {rate * bytesPerToken / 1e9:F2} GB/s of weights, {100 * rate * bytesPerToken / machine.ReadBandwidth:F1} % of the read bandwidth");
        }
    }
}

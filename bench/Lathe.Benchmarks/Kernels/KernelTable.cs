using Lathe.Cpu.Roofline;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Inference.Sampling;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Benchmarks.Kernels;

/// <summary>What each matrix kernel reaches by itself on one core: for one token the time per 256 weights out of a cache and out of memory, for many the share of the 8-bit peak.</summary>
internal static class KernelTable
{
    private const int K = 1536;
    private const int CachedRows = 512;
    private const int MemoryRows = 150_000;
    private const int GemmRows = 1536;
    private const int GemmTokens = 512;
    private const double Step = 256;
    private const int Vocabulary = 151_936;

    private static int s_chosen;

    public static void Print()
    {
        var roofline = RooflineProbe.Measure(threads: 1);
        Console.WriteLine($"one core: {roofline.Int8MultiplyAdds / 1e9:F0} G 8-bit multiply-adds/s ({roofline.Int8Instruction}), {roofline.ReadBandwidth / 1e9:F1} GB/s read; rows of {K} weights");
        Console.WriteLine();
        Console.WriteLine($"one token: ns per 256 weights, {CachedRows} rows out of the second-level cache; {MemoryRows} rows out of memory, and the share of its bandwidth");
        Each(KernelFamily.Gemvs, (family, type) =>
        {
            var cached = Seconds(family, type, CachedRows, tokens: 1, times: 16, out var _) * 1e9 / (CachedRows * (K / Step));
            var fromMemory = Seconds(family, type, MemoryRows, tokens: 1, times: 1, out var bytes);
            return $"{cached,5:F2} {fromMemory * 1e9 / (MemoryRows * (K / Step)),5:F2} {100 * bytes / fromMemory / roofline.ReadBandwidth,3:F0} %";
        });
        Console.WriteLine();
        Console.WriteLine($"{GemmTokens} tokens by {GemmRows} rows: share of the 8-bit peak, with unpacking; the tile gemm packs its activations, too");
        Each(KernelFamily.Gemms, (family, type) =>
            $"{100.0 * GemmRows * GemmTokens * K / Seconds(family, type, GemmRows, GemmTokens, times: 1, out var _) / roofline.Int8MultiplyAdds:F1} %");
        PrintGreedyChoice();
    }

    /// <summary>What a greedy choice takes after the output product, which a product that keeps its highest result would save.</summary>
    private static void PrintGreedyChoice()
    {
        var logits = new float[Vocabulary];
        var random = new Random(1);
        foreach (ref var logit in logits.AsSpan())
        {
            logit = random.NextSingle();
        }

        Console.WriteLine();
        Console.WriteLine($"greedy choice among {Vocabulary} logits: {QuickTiming.Best(() => s_chosen = ArgMax.Of(logits)).TotalMicroseconds:F1} us");
    }

    private static void Each(IReadOnlyList<KernelFamily> families, Func<KernelFamily, GgmlType, string> measure)
    {
        Console.WriteLine($"{"type",-8}{string.Concat(families.Select(family => $"{family.Name,20}"))}");
        foreach (var type in GemvFormats.Types)
        {
            Console.WriteLine($"{BlockFormat.Get(type).Name,-8}{string.Concat(families.Select(family => $"{(family.IsSupported ? measure(family, type) : "-"),20}"))}");
        }
    }

    private static double Seconds(KernelFamily family, GgmlType type, int rows, int tokens, int times, out long weightBytes)
    {
        using var problem = new KernelProblem(family, type, K, rows, tokens);
        weightBytes = problem.WeightBytes;
        return QuickTiming.Best(() => problem.Run(times)).TotalSeconds / times;
    }
}

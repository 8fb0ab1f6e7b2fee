using System.Runtime.InteropServices;
using Lathe.Cpu.Roofline;
using Lathe.Cpu.Threading;
using Lathe.Formats.Quantization;

namespace Lathe.Benchmarks.Quantization;

/// <summary>How fast weights of each type become f32: the scalar reference and the vector kernel on one core, rows into a cache, the machine code that makes bf16 of them, and the vector kernel on
/// all cores, a whole matrix into memory.</summary>
internal static unsafe class DequantizationTable
{
    public static void Print()
    {
        using var pool = new ComputeThreadPool(Environment.ProcessorCount);
        var bandwidth = RooflineProbe.Measure(pool.Threads).ReadBandwidth;
        var values = (float*)NativeMemory.AlignedAlloc((nuint)WeightSample.ValueBytes, 4096);
        new Span<byte>(values, checked((int)WeightSample.ValueBytes)).Clear();
        Console.WriteLine($"{WeightSample.Rows} x {WeightSample.RowElements} weights; GB/s of f32 values; memory is read at {bandwidth / 1e9:F1} GB/s by {pool.Threads} threads");
        Console.WriteLine("'share' is bytes read and written over that bandwidth: writing costs a read of the line too, so that it cannot reach 100 %");
        Console.WriteLine("'emitted' is the machine code in front of the tile gemm, which makes bf16 of the same values: counted as f32 too");
        Console.WriteLine($"{"type",-8} {"scalar",8} {"vector",8} {"ratio",6} {"emitted",8}   {"all cores, to memory",20} {"share",7}");
        foreach (var format in BlockFormat.All)
        {
            using var sample = new WeightSample(format);
            var kernel = new VectorDequantizer(format.Type);
            var scalar = Rate(() => ForEachRow(sample, row => format.Dequantize(row, values, WeightSample.RowElements)));
            var vector = Rate(() => ForEachRow(sample, row => kernel.Run(row, values, WeightSample.RowElements)));
            using var code = EmittedExpansion.TryCreate(format.Type);
            var emitted = code is null ? "-" : $"{Rate(() => code.Run(sample)) / 1e9:F2}";
            var together = new DequantizeRows(sample, kernel, values);
            var toMemory = Rate(() => pool.Run(together));
            var share = toMemory * (1 + ((double)sample.RowBytes / (WeightSample.RowElements * sizeof(float)))) / bandwidth;
            Console.WriteLine($"{format.Name,-8} {scalar / 1e9,8:F2} {vector / 1e9,8:F2} {vector / scalar,6:F1} {emitted,8}   {toMemory / 1e9,20:F2} {100 * share,6:F0} %");
        }

        NativeMemory.AlignedFree(values);
    }

    private delegate void RowAction(byte* row);

    private static void ForEachRow(WeightSample sample, RowAction action)
    {
        for (var row = 0; row < WeightSample.Rows; row++)
        {
            action(sample.Row(row));
        }
    }

    private static double Rate(Action action) => WeightSample.ValueBytes / QuickTiming.Best(action).TotalSeconds;
}

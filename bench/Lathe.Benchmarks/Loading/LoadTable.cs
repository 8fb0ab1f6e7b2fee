using System.Runtime.InteropServices;
using Lathe.Benchmarks.Quantization;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using Lathe.Formats.Tokenization;

namespace Lathe.Benchmarks.Loading;

/// <summary>What loading a model takes, step by step, with fast routes and without.</summary>
internal static unsafe class LoadTable
{
    /// <summary>Values that are expanded at a time: they stay in the cache.</summary>
    private const int PieceElements = 1 << 16;

    public static void Print(string path)
    {
        using var file = GgufFile.Open(path);
        var bytes = file.Tensors.Sum(tensor => tensor.ByteSize);
        Console.WriteLine($"{path}: {file.Tensors.Count} tensors, {bytes / 1e6:F1} MB");
        Console.WriteLine("Loading maps the file and reads its header and vocabulary. Weights are neither read nor converted: kernels take them in the file's own layout.");
        Row("map the file, read the header", () => GgufFile.Open(path).Dispose());
        Row("claim every tensor, write the graph", () => Model.Load(file));
        if (file.Metadata.Contains("tokenizer.ggml.tokens"))
        {
            Row("read the vocabulary", () => Tokenizer.FromGguf(file.Metadata));
            Row("load the model, fast routes on", () => LatheModel.Load(path, new LatheOptions { Policy = RoutePolicy.Default }).Dispose());
            Row("load the model, fast routes off", () => LatheModel.Load(path, new LatheOptions { Policy = RoutePolicy.Create(quality: true) }).Dispose());
        }

        Console.WriteLine("For comparison, what an engine that converts at load would do: every tensor to f32, one core, without keeping the values");
        var fast = Row("vector kernels", () => Expand(file, type => new VectorDequantizer(type).Run));
        var slow = Row("scalar reference", () => Expand(file, type => (blocks, values, count) => BlockFormat.Get(type).Dequantize(blocks, values, count)));
        Console.WriteLine($"  {"ratio",-38} {slow / fast,10:F1}");
    }

    private delegate void Kernel(byte* blocks, float* values, int count);

    private static void Expand(GgufFile file, Func<GgmlType, Kernel> find)
    {
        var values = (float*)NativeMemory.AlignedAlloc(PieceElements * sizeof(float), 64);
        foreach (var tensor in file.Tensors.Where(tensor => BlockFormat.Find(tensor.Type) is not null))
        {
            var (format, kernel) = (BlockFormat.Get(tensor.Type), find(tensor.Type));
            for (long first = 0; first < tensor.Shape.ElementCount; first += PieceElements)
            {
                kernel(tensor.Data + format.ByteSize(first), values, (int)Math.Min(PieceElements, tensor.Shape.ElementCount - first));
            }
        }

        NativeMemory.AlignedFree(values);
    }

    private static double Row(string name, Action action)
    {
        var milliseconds = QuickTiming.Best(action).TotalMilliseconds;
        Console.WriteLine($"  {name,-38} {milliseconds,10:F2} ms");
        return milliseconds;
    }
}

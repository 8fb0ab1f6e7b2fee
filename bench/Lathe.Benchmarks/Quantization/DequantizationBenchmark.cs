using BenchmarkDotNet.Attributes;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Benchmarks.Quantization;

/// <summary>A row of 4096 weights to f32 in the cache, one core: the scalar reference and the vector kernel.</summary>
public unsafe class DequantizationBenchmark : IDisposable
{
    private readonly float[] _values = GC.AllocateArray<float>(WeightSample.RowElements, pinned: true);
    private WeightSample _sample = null!;
    private BlockFormat _format = null!;
    private VectorDequantizer _kernel;

    public static IEnumerable<GgmlType> Types => BlockFormat.All.Select(format => format.Type);

    [ParamsSource(nameof(Types))]
    public GgmlType Type { get; set; }

    [GlobalSetup]
    public void Load()
    {
        _format = BlockFormat.Get(Type);
        _sample = new WeightSample(_format);
        _kernel = new VectorDequantizer(Type);
    }

    [Benchmark(Baseline = true)]
    public void Scalar()
    {
        fixed (float* values = _values)
        {
            _format.Dequantize(_sample.Blocks, values, WeightSample.RowElements);
        }
    }

    [Benchmark]
    public void Vector()
    {
        fixed (float* values = _values)
        {
            _kernel.Run(_sample.Blocks, values, WeightSample.RowElements);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _sample?.Dispose();
        GC.SuppressFinalize(this);
    }
}

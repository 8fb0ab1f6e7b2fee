using System.Runtime.InteropServices;
using Lathe.Cpu.MatMul;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using Lathe.Formats.Synthesis;

namespace Lathe.Benchmarks.Kernels;

/// <summary>A matrix of random weights with one kernel's packed activations: one product on one core.</summary>
internal sealed unsafe class KernelProblem : IDisposable
{
    private readonly MatrixKernel _kernel;
    private readonly List<nint> _memory = [];
    private MatMulArguments _arguments;

    public KernelProblem(KernelFamily family, GgmlType type, int k, int rows, int tokens)
    {
        var format = BlockFormat.Get(type);
        _kernel = family.Create(type, k, tokens);
        var rowBytes = format.ByteSize(k);
        WeightBytes = rowBytes * rows;
        var weights = Allocate(WeightBytes);
        var tile = new RandomTile(format, seed: 1).WithDeviation(1f / 64).Bytes;
        for (long start = 0; start < WeightBytes; start += tile.Length)
        {
            var bytes = (int)Math.Min(tile.Length, WeightBytes - start);
            tile.AsSpan(0, bytes).CopyTo(new Span<byte>(weights + start, bytes));
        }

        var packs = _kernel.ActivationForm is not null;
        var stride = packs ? _kernel.ActivationBytesPerRow(k) : k * sizeof(float);
        var activations = Allocate(stride * tokens);
        var x = (float*)Allocate(k * sizeof(float));
        var random = new Random(2);
        for (var token = 0; token < tokens; token++)
        {
            var values = packs ? x : (float*)(activations + (token * stride));
            for (var i = 0; i < k; i++)
            {
                values[i] = random.NextSingle() - 0.5f;
            }

            if (packs)
            {
                _kernel.Pack(x, activations + (token * stride), k);
            }
        }

        _arguments = new MatMulArguments
        {
            Weights = weights,
            RowBytes = rowBytes,
            K = k,
            RowEnd = rows,
            Activations = activations,
            ActivationStride = stride,
            Tokens = tokens,
            Output = (float*)Allocate((long)rows * tokens * sizeof(float)),
            OutputStride = rows,
            Scratch = Allocate(_kernel.ScratchBytes),
        };
    }

    public long WeightBytes { get; }

    /// <summary>Multiplies <paramref name="times"/> times.</summary>
    public void Run(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var arguments = _arguments;
            _kernel.Run(&arguments);
        }
    }

    public void Dispose()
    {
        foreach (var memory in _memory)
        {
            NativeMemory.AlignedFree((void*)memory);
        }
    }

    private byte* Allocate(long bytes)
    {
        // Some kernels load whole vectors of what ends within one.
        var memory = NativeMemory.AlignedAlloc((nuint)bytes + 4096, 4096);
        NativeMemory.Clear(memory, (nuint)bytes + 4096);
        _memory.Add((nint)memory);
        return (byte*)memory;
    }
}

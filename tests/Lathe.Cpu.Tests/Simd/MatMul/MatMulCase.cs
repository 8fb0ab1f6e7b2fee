using System.Runtime.InteropServices;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Simd.MatMul;

/// <summary>Random weights and activations of one shape with the product computed in f64 by plain loops, once on the activations as they are and
/// once on their int8 approximation, which is recomputed here.</summary>
internal sealed unsafe class MatMulCase : IDisposable
{
    private const byte Filler = 0xA5;
    private const int GuardBytes = 256;

    private readonly MatrixKernel _kernel;
    private readonly GuardedMemory _weights;
    private readonly GuardedMemory _activations;
    private readonly long _rowBytes;
    private readonly long _activationStride;

    public MatMulCase(MatMulKernel kernel, int k, int rows, int tokens, int seed)
        : this(kernel, kernel.Type, k, rows, tokens, seed)
    {
    }

    public MatMulCase(MatrixKernel kernel, GgmlType type, int k, int rows, int tokens, int seed)
    {
        _kernel = kernel;
        K = k;
        Rows = rows;
        Tokens = tokens;
        var random = new Random(seed);
        BlockFormat format = BlockFormat.Get(type);
        _rowBytes = format.ByteSize(k);
        _weights = new GuardedMemory(_rowBytes * rows);
        RandomBlocks.Fill(type, _weights.Span, random);
        _activationStride = ((kernel.ActivationForm is null ? (long)k * sizeof(float) : kernel.ActivationBytesPerRow(k)) + 63) / 64 * 64;
        _activations = new GuardedMemory(_activationStride * tokens);
        float[] x = Activations(random);
        float[] approximation = Pack(x);
        var values = new float[k];
        Exact = new double[rows * tokens];
        Quantized = new double[rows * tokens];
        for (int r = 0; r < rows; r++)
        {
            fixed (float* v = values)
            {
                format.Dequantize(_weights.Pointer + (r * _rowBytes), v, k);
            }

            for (int t = 0; t < tokens; t++)
            {
                Exact[(t * rows) + r] = Dot(values, x.AsSpan(t * k, k));
                Quantized[(t * rows) + r] = Dot(values, approximation.AsSpan(t * k, k));
            }
        }
    }

    public int K { get; }

    public int Rows { get; }

    public int Tokens { get; }

    /// <summary>Whether calls ask for results that do not depend on the number of tokens.</summary>
    public bool BatchInvariant { get; init; }

    /// <summary>[token][row] on the f32 activations.</summary>
    public double[] Exact { get; }

    /// <summary>[token][row] on the activations that the kernel reads.</summary>
    public double[] Quantized { get; }

    /// <summary>What the sums start from, [token][row], or [row] for all tokens; null for zeros.</summary>
    public float[]? Start { get; init; }

    private delegate void Call(MatMulArguments* arguments);

    /// <summary>Runs one of the two SIMD kernels; see <see cref="Run(int, int, int)"/>.</summary>
    public float[] Run(bool gemm, int rowStart, int rowEnd, int tokens)
    {
        var kernel = (MatMulKernel)_kernel;
        return Run(arguments => (gemm ? kernel.Gemm : kernel.Gemv)(arguments), rowStart, rowEnd, tokens);
    }

    /// <summary>Runs the kernel and returns its output [token][row], whole but written only where it had to be; fails if anything else was.</summary>
    public float[] Run(int rowStart, int rowEnd, int tokens) => Run(_kernel.Run, rowStart, rowEnd, tokens);

    private float[] Run(Call call, int rowStart, int rowEnd, int tokens)
    {
        const float Untouched = -7.25e11f;
        const int Margin = 64;

        int stride = Rows + 3;
        var output = new float[(stride * Tokens) + (2 * Margin)];
        Array.Fill(output, Untouched);
        var scratch = (byte*)NativeMemory.AlignedAlloc((nuint)(_kernel.ScratchBytes + (2 * GuardBytes)), 64);
        new Span<byte>(scratch, _kernel.ScratchBytes + (2 * GuardBytes)).Fill(Filler);
        // Where results may lie anywhere they lie in the opposite order here.
        byte** pointers = stackalloc byte*[tokens];
        float** outputs = stackalloc float*[tokens];
        bool scattered = _kernel.TakesScatteredTokens;
        int Place(int token) => scattered ? tokens - 1 - token : token;
        fixed (float* y = output, start = Start)
        {
            for (int t = 0; t < tokens; t++)
            {
                pointers[t] = _activations.Pointer + (t * _activationStride);
                outputs[t] = y + Margin + (Place(t) * stride);
            }

            var arguments = new MatMulArguments
            {
                Weights = _weights.Pointer,
                RowBytes = _rowBytes,
                K = K,
                RowStart = rowStart,
                RowEnd = rowEnd,
                Activations = scattered ? null : _activations.Pointer,
                ActivationStride = _activationStride,
                Tokens = tokens,
                BatchInvariant = BatchInvariant,
                Output = scattered ? null : y + Margin,
                OutputStride = stride,
                Start = start,
                StartStride = Start?.Length == Rows ? 0 : Rows,
                ActivationRows = scattered ? pointers : null,
                OutputRows = scattered ? outputs : null,
                Scratch = scratch + GuardBytes,
            };
            call(&arguments);
        }

        bool scratchKept = !new Span<byte>(scratch, GuardBytes).ContainsAnyExcept(Filler)
            && !new Span<byte>(scratch + GuardBytes + _kernel.ScratchBytes, GuardBytes).ContainsAnyExcept(Filler);
        NativeMemory.AlignedFree(scratch);
        Assert.True(scratchKept, "The kernel wrote outside of its scratch.");

        var result = new float[Rows * Tokens];
        for (int i = 0; i < output.Length; i++)
        {
            int t = (i - Margin) / stride, r = (i - Margin) % stride;
            bool due = i >= Margin && t < tokens && r >= rowStart && r < rowEnd;
            Assert.True(due != (output[i] == Untouched), $"Element {i - Margin} (token {t}, row {r}) was {(due ? "not " : "")}written.");
            if (due)
            {
                result[(Place(t) * Rows) + r] = output[i];
            }
        }

        return result;
    }

    /// <summary>The error of the range against the mean square of all results, so that a small result by chance fails nothing.</summary>
    public void AssertClose(double[] expected, float[] actual, int rowStart, int rowEnd, int tokens, double limit)
    {
        double meanSquare = expected.Sum(value => value * value) / expected.Length;
        double error = 0;
        for (int t = 0; t < tokens; t++)
        {
            for (int r = rowStart; r < rowEnd; r++)
            {
                double difference = expected[(t * Rows) + r] - actual[(t * Rows) + r];
                error += difference * difference;
            }
        }

        double allowed = limit * meanSquare * tokens * (rowEnd - rowStart);
        Assert.True(error <= allowed, $"Squared error {error:e2} is over {allowed:e2} for rows {rowStart}..{rowEnd} of {tokens} tokens.");
    }

    public void Dispose()
    {
        _weights.Dispose();
        _activations.Dispose();
    }

    /// <summary>Values of very different size from block to block, some blocks of zeros only.</summary>
    private float[] Activations(Random random)
    {
        var x = new float[Tokens * K];
        for (int i = 0; i < x.Length; i += 32)
        {
            float size = random.Next(12) == 0 ? 0 : MathF.Exp((random.NextSingle() * 4) - 2);
            for (int j = i; j < Math.Min(i + 32, x.Length); j++)
            {
                x[j] = size * ((random.NextSingle() * 2) - 1);
            }
        }

        return x;
    }

    /// <summary>Hands the activations to the kernel's layout; returns what they should mean there.</summary>
    private float[] Pack(float[] x)
    {
        for (int t = 0; t < Tokens; t++)
        {
            fixed (float* source = &x[t * K])
            {
                var row = _activations.Pointer + (t * _activationStride);
                if (_kernel.ActivationForm is null)
                {
                    new Span<float>(source, K).CopyTo(new Span<float>(row, K));
                }
                else
                {
                    _kernel.Pack(source, row, K);
                }
            }
        }

        return _kernel.ActivationForm is null ? x : Approximation(x);
    }

    /// <summary>What int8 codes and scales stand for; how well they stand for the values is tested with the layout, and that all layouts have the same with each.</summary>
    private float[] Approximation(float[] x)
    {
        var result = new float[x.Length];
        int scales = new ActivationLayout(K).ScalesOffset;
        var row = (byte*)NativeMemory.AlignedAlloc((nuint)ActivationLayout.BytesPerRow(K), 64);
        for (int t = 0; t < Tokens; t++)
        {
            fixed (float* source = &x[t * K])
            {
                ActivationLayout.Quantize(source, row, K);
            }

            for (int i = 0; i < K; i++)
            {
                result[(t * K) + i] = ((sbyte*)row)[i] * ((float*)(row + scales))[i / 32];
            }
        }

        NativeMemory.AlignedFree(row);
        return result;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }
}

using System.Runtime.InteropServices;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Simd.MatMul;

/// <summary>Random weights and activations of one shape with the product computed in f64 by plain loops, once on the activations as they are and
/// once on their int8 approximation, which is recomputed here.</summary>
internal sealed unsafe class MatMulCase : IDisposable
{
    private const byte Filler = 0xA5;
    private const int GuardBytes = 256;

    private readonly MatMulKernel _kernel;
    private readonly GuardedMemory _weights;
    private readonly GuardedMemory _activations;
    private readonly long _rowBytes;
    private readonly long _activationStride;

    public MatMulCase(MatMulKernel kernel, int k, int rows, int tokens, int seed)
    {
        _kernel = kernel;
        K = k;
        Rows = rows;
        Tokens = tokens;
        var random = new Random(seed);
        BlockFormat format = BlockFormat.Get(kernel.Type);
        _rowBytes = format.ByteSize(k);
        _weights = new GuardedMemory(_rowBytes * rows);
        RandomBlocks.Fill(kernel.Type, _weights.Span, random);
        _activationStride = (kernel.ActivationBytesPerRow(k) + 63) / 64 * 64;
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

    /// <summary>[token][row] on the f32 activations.</summary>
    public double[] Exact { get; }

    /// <summary>[token][row] on the activations that the kernel reads.</summary>
    public double[] Quantized { get; }

    /// <summary>Runs a kernel and returns its output [token][row], whole but written only where it had to be; fails if anything else was.</summary>
    public float[] Run(bool gemm, int rowStart, int rowEnd, int tokens)
    {
        const float Untouched = -7.25e11f;
        const int Margin = 64;

        int stride = Rows + 3;
        var output = new float[(stride * Tokens) + (2 * Margin)];
        Array.Fill(output, Untouched);
        var scratch = (byte*)NativeMemory.AlignedAlloc((nuint)(_kernel.ScratchBytes + (2 * GuardBytes)), 64);
        new Span<byte>(scratch, _kernel.ScratchBytes + (2 * GuardBytes)).Fill(Filler);
        fixed (float* y = output)
        {
            var arguments = new MatMulArguments
            {
                Weights = _weights.Pointer,
                RowBytes = _rowBytes,
                K = K,
                RowStart = rowStart,
                RowEnd = rowEnd,
                Activations = _activations.Pointer,
                ActivationStride = _activationStride,
                Tokens = tokens,
                Output = y + Margin,
                OutputStride = stride,
                Scratch = scratch + GuardBytes,
            };
            (gemm ? _kernel.Gemm : _kernel.Gemv)(&arguments);
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
                result[(t * Rows) + r] = output[i];
            }
        }

        return result;
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
            byte* row = _activations.Pointer + (t * _activationStride);
            fixed (float* source = &x[t * K])
            {
                if (_kernel.ActivationKind == ActivationKind.Quantized)
                {
                    ActivationLayout.Quantize(source, row, K);
                }
                else
                {
                    new Span<float>(source, K).CopyTo(new Span<float>(row, K));
                }
            }
        }

        return _kernel.ActivationKind == ActivationKind.Quantized ? Unpack() : x;
    }

    /// <summary>What the packed codes and scales stand for; how well they stand for the values is tested with the layout.</summary>
    private float[] Unpack()
    {
        var result = new float[Tokens * K];
        int scales = new ActivationLayout(K).ScalesOffset;
        for (int i = 0; i < result.Length; i++)
        {
            byte* row = _activations.Pointer + (i / K * _activationStride);
            result[i] = ((sbyte*)row)[i % K] * ((float*)(row + scales))[i % K / 32];
        }

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

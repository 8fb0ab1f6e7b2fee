using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using Lathe.Cpu.X64;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.Roofline;

/// <summary>The fastest 8-bit multiply-add loop that the processor has: independent accumulators, operands in registers.</summary>
internal sealed unsafe class Int8PeakKernel : IDisposable
{
    private readonly ExecutableMemory? _code;

    private Int8PeakKernel(string instruction, ExecutableMemory? code)
    {
        Instruction = instruction;
        _code = code;
    }

    public string Instruction { get; }

    public static Int8PeakKernel Create()
    {
        if (X64Features.Avx512Vnni && ExecutableMemory.TryCreate(Assemble()) is { } code)
        {
            return new Int8PeakKernel("vpdpbusd zmm", code);
        }

        return new Int8PeakKernel(AvxVnni.IsSupported ? "vpdpbusd ymm" : "portable multiply-add", null);
    }

    /// <summary>Runs the loop.</summary>
    /// <returns>Multiply-adds done.</returns>
    public double Run(int iterations)
    {
        if (_code is not null)
        {
            ((delegate* unmanaged<long, void>)_code.Entry)(iterations);
            return iterations * 12.0 * 64;
        }

        return AvxVnni.IsSupported ? RunAvxVnni(iterations) : RunPortable(iterations);
    }

    public void Dispose() => _code?.Dispose();

    /// <summary>Twelve chains of <c>vpdpbusd zmm</c>: latency 5 at two per cycle needs ten.</summary>
    private static byte[] Assemble()
    {
        var a = new Assembler(64);
        AssemblerRegisterZMM[] accumulators = [zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27];
        var count = OperatingSystem.IsWindows() ? rcx : rdi;
        foreach (var accumulator in accumulators)
        {
            a.vpxord(accumulator, accumulator, accumulator);
        }

        a.vpxord(zmm28, zmm28, zmm28);
        a.vpxord(zmm29, zmm29, zmm29);
        var loop = a.CreateLabel();
        a.Label(ref loop);
        foreach (var accumulator in accumulators)
        {
            a.vpdpbusd(accumulator, zmm28, zmm29);
        }

        a.dec(count);
        a.jne(loop);
        a.vzeroupper();
        a.ret();
        using var stream = new MemoryStream();
        a.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    private static double RunAvxVnni(int iterations)
    {
        Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        Vector256<int> a6 = default, a7 = default, a8 = default, a9 = default, a10 = default, a11 = default;
        var left = Vector256.Create((byte)iterations);
        var right = Vector256.Create((sbyte)iterations);
        for (var i = 0; i < iterations; i++)
        {
            a0 = AvxVnni.MultiplyWideningAndAdd(a0, left, right);
            a1 = AvxVnni.MultiplyWideningAndAdd(a1, left, right);
            a2 = AvxVnni.MultiplyWideningAndAdd(a2, left, right);
            a3 = AvxVnni.MultiplyWideningAndAdd(a3, left, right);
            a4 = AvxVnni.MultiplyWideningAndAdd(a4, left, right);
            a5 = AvxVnni.MultiplyWideningAndAdd(a5, left, right);
            a6 = AvxVnni.MultiplyWideningAndAdd(a6, left, right);
            a7 = AvxVnni.MultiplyWideningAndAdd(a7, left, right);
            a8 = AvxVnni.MultiplyWideningAndAdd(a8, left, right);
            a9 = AvxVnni.MultiplyWideningAndAdd(a9, left, right);
            a10 = AvxVnni.MultiplyWideningAndAdd(a10, left, right);
            a11 = AvxVnni.MultiplyWideningAndAdd(a11, left, right);
        }

        var sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;
        GC.KeepAlive(sum[0] == 1 ? "" : null);
        return iterations * 12.0 * 32;
    }

    /// <summary>Without a dot product the best portable form is a 16-bit multiply and add.</summary>
    private static double RunPortable(int iterations)
    {
        Vector128<short> a0 = default, a1 = default, a2 = default, a3 = default;
        var left = Vector128.Create((short)iterations);
        for (var i = 0; i < iterations; i++)
        {
            a0 += a0 * left;
            a1 += a1 * left;
            a2 += a2 * left;
            a3 += a3 * left;
        }

        GC.KeepAlive((a0 + a1 + a2 + a3)[0] == 1 ? "" : null);
        return iterations * 4.0 * 8;
    }
}

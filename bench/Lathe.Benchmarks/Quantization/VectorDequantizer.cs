using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.Dequantization;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Formats.Gguf;

namespace Lathe.Benchmarks.Quantization;

/// <summary>The kernel that expands a type with the widest vectors of this machine.</summary>
internal readonly unsafe struct VectorDequantizer(GgmlType type)
{
    private readonly delegate*<byte*, float*, int, void> _kernel =
        Vector512.IsHardwareAccelerated ? Dequantizers<Lanes512, Vector512<float>>.Find(type)
        : Vector256.IsHardwareAccelerated ? Dequantizers<Lanes256, Vector256<float>>.Find(type)
        : Dequantizers<Lanes128, Vector128<float>>.Find(type);

    public void Run(byte* blocks, float* values, int count) => _kernel(blocks, values, count);
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.X64;

/// <summary>Instructions that emitted code may use although .NET has no intrinsics for them.</summary>
public static class X64Features
{
    /// <summary><c>vpdpbusd zmm</c>: CPUID leaf 7, ECX bit 11, on a system that saves the 512-bit state (which is what <see cref="Avx512F"/> tells).</summary>
    public static bool Avx512Vnni { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && Avx512F.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
}

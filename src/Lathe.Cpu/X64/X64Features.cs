using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.X64;

/// <summary>Instructions that emitted code may use although .NET has no intrinsics for them.</summary>
public static partial class X64Features
{
    /// <summary>Integer vectors of 256 bits, fused multiply-add and conversions of f16, which .NET does not tell of: CPUID leaf 1, ECX bit 29.</summary>
    public static bool Avx2 { get; } =
        IsX64 && System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported && (X86Base.CpuId(1, 0).Ecx & (1 << 29)) != 0;

    /// <summary><c>vpdpbusd ymm</c> in its VEX encoding.</summary>
    public static bool AvxVnni { get; } = Avx2 && System.Runtime.Intrinsics.X86.AvxVnni.IsSupported;

    /// <summary>Vectors of 512 bits with byte, word and double word operations, on a system that saves their state.</summary>
    public static bool Avx512 { get; } = IsX64 && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;

    /// <summary><c>vpdpbusd zmm</c>: CPUID leaf 7, ECX bit 11, on a processor with the bit deposits that every such one has.</summary>
    public static bool Avx512Vnni { get; } = Avx512 && Bmi2.X64.IsSupported && (Leaf7.Ecx & (1 << 11)) != 0;

    /// <summary><c>vpermb</c> and <c>vgf2p8affineqb</c>, which only the first processors with vpdpbusd lack: CPUID leaf 7, ECX bits 1 and 8.</summary>
    public static bool Avx512Bytes { get; } = Avx512 && (Leaf7.Ecx & (1 << 1)) != 0 && (Leaf7.Ecx & (1 << 8)) != 0;

    /// <summary><c>vdpbf16ps</c> and the conversions to bf16: CPUID leaf 7.1, EAX bit 5.</summary>
    public static bool Avx512Bf16 { get; } = Avx512Vnni && Leaf7.Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>Matrix tiles with bf16 products (<c>tdpbf16ps</c>), which the system must have granted to this process: CPUID leaf 7, EDX bits 22 and 24.</summary>
    public static bool AmxBf16 { get; } = Avx512Bf16 && (Leaf7.Edx & (1 << 22)) != 0 && (Leaf7.Edx & (1 << 24)) != 0 && RequestTiles();

    /// <summary>A processor of AMD's: CPUID leaf 0 names the maker, here "AuthenticAMD". For choices that only the pipeline or the caches explain.</summary>
    public static bool IsAmd { get; } = IsX64 && X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746e65, Ecx: 0x444d4163 };

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf7 => X86Base.CpuId(7, 0);

    /// <summary>Linux hands out the 8 KB of tile state per thread only to processes that ask; Windows has another call, which nobody has tried here.</summary>
    private static bool RequestTiles()
    {
        const nint ArchPrctl = 158, RequestPermission = 0x1023, TileData = 18;
        return OperatingSystem.IsLinux() && SystemCall(ArchPrctl, RequestPermission, TileData) == 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second);
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.X64;

namespace Lathe.Cpu;

/// <summary>What processor this is.</summary>
public static class CpuInformation
{
    /// <summary>The processor's own name, or its architecture where the system does not tell.</summary>
    public static string ModelName { get; } = ReadModelName();

    /// <summary>The widest instruction set that portable kernels use here.</summary>
    public static string InstructionSet { get; } = string.Join(" + ", InstructionSets());

    /// <summary>The widest instruction set that emitted machine code uses here; null where none can be emitted.</summary>
    public static string? MachineCode => X64Levels.Description;

    private static IEnumerable<string> InstructionSets()
    {
        yield return Avx512BW.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : AdvSimd.IsSupported ? "AdvSimd" : $"{Vector128<byte>.Count * 8}-bit vectors";
        if (AvxVnni.IsSupported)
        {
            yield return "AVX-VNNI";
        }

        if (Dp.IsSupported)
        {
            yield return "dot product";
        }
    }

    private static string ReadModelName()
    {
        if (X86Base.IsSupported && X86Base.CpuId(unchecked((int)0x80000000), 0).Eax >= unchecked((int)0x80000004))
        {
            var name = new byte[48];
            for (var leaf = 0; leaf < 3; leaf++)
            {
                var (eax, ebx, ecx, edx) = X86Base.CpuId(unchecked((int)0x80000002) + leaf, 0);
                int[] words = [eax, ebx, ecx, edx];
                Buffer.BlockCopy(words, 0, name, leaf * 16, 16);
            }

            return System.Text.Encoding.ASCII.GetString(name).Trim('\0', ' ');
        }

        return System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}

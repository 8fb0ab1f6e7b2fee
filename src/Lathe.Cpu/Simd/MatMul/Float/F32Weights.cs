using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Float;

internal readonly unsafe struct F32Weights : IFloatWeights
{
    public static int Bytes => 4;

    public static float Load(byte* source) => Unsafe.ReadUnaligned<float>(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => Vector256.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => Vector512.Load((float*)source);
}

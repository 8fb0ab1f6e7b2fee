using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Float;

internal readonly unsafe struct F16Weights : IFloatWeights
{
    public static int Bytes => 2;

    public static float Load(byte* source) => HalfBits.Read(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => HalfLanes.ToSingle(HalfWords.Widen256(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => HalfLanes.ToSingle(HalfWords.Widen512(source));
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Float;

internal readonly unsafe struct BF16Weights : IFloatWeights
{
    public static int Bytes => 2;

    public static float Load(byte* source) => BFloat16Bits.ToSingle(Unsafe.ReadUnaligned<ushort>(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => (HalfWords.Widen256(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => (HalfWords.Widen512(source) << 16).AsSingle();
}

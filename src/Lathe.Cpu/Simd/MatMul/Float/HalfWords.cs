using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>16-bit values widened to 32-bit lanes.</summary>
internal static unsafe class HalfWords
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Widen256(byte* source)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ConvertToVector256Int32((ushort*)source).AsUInt32();
        }

        Vector128<ushort> words = Vector128.Load((ushort*)source);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Widen512(byte* source)
    {
        Vector256<ushort> words = Vector256.Load((ushort*)source);
        return Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(words)
            : Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words));
    }
}

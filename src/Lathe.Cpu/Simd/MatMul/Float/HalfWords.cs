using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>16-bit values widened to 32-bit lanes.</summary>
internal static unsafe class HalfWords
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Widen256(byte* source)
    {
        Vector128<ushort> words = Vector128.Load((ushort*)source);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Widen512(byte* source)
    {
        Vector256<ushort> words = Vector256.Load((ushort*)source);
        return Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words));
    }
}

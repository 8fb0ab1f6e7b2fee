using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles in registers of 128 bits.</summary>
internal static unsafe class SdotNibbles
{
    /// <summary>16 bytes to 32 codes: the low nibbles, then the high nibbles. One load has its offset within it; two would share a computed
    /// address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Codes(byte* source, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        Vector128<byte> packed = *(Vector128<byte>*)source;
        low = (packed & Vector128.Create((byte)15)).AsSByte();
        high = (packed >> 4).AsSByte();
    }

    /// <summary>Each nibble looks up one of 16 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lookup(Vector128<sbyte> levels, byte* source, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        Vector128<byte> packed = *(Vector128<byte>*)source;
        low = Vector128.ShuffleNative(levels, (packed & Vector128.Create((byte)15)).AsSByte());
        high = Vector128.ShuffleNative(levels, (packed >> 4).AsSByte());
    }

    /// <summary>The low or the high nibbles of 16 bytes: bits <paramref name="shift"/>.., 0 or 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Field(byte* source, int shift) =>
        shift == 0 ? *(Vector128<byte>*)source & Vector128.Create((byte)15) : *(Vector128<byte>*)source >> 4;
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The ways in which several formats pack small integers.</summary>
internal static unsafe class CodeBits
{
    /// <summary>16 bytes to 32 codes: the low nibbles, then the high nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(byte* source)
    {
        Vector128<byte> packed = Vector128.Load(source);
        return Vector256.Create(packed, (packed.AsUInt16() >> 4).AsByte()) & Vector256.Create((byte)15);
    }

    /// <summary>Bits <paramref name="shift"/>.. of each of 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Field(byte* source, int shift, byte mask) =>
        (Vector256.Load(source).AsUInt16() >> shift).AsByte() & Vector256.Create(mask);

    /// <summary>Byte i is 255 where bit i of <paramref name="bits"/> is set, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Mask(uint bits)
    {
        Vector128<byte> bytes = Vector128.CreateScalarUnsafe(bits).AsByte();
        Vector256<byte> spread = Vector256.Create(
            Vector128.Shuffle(bytes, Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)),
            Vector128.Shuffle(bytes, Vector128.Create((byte)2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3)));
        Vector256<byte> bit = Vector256.Create(0x8040_2010_0804_0201ul).AsByte();
        return Vector256.Equals(spread & bit, bit);
    }

    /// <summary>Each nibble looks up one of 16 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector128<sbyte> levels, byte* source)
    {
        Vector128<byte> packed = Vector128.Load(source);
        Vector128<byte> low = packed & Vector128.Create((byte)15);
        Vector128<byte> high = (packed.AsUInt16() >> 4).AsByte() & Vector128.Create((byte)15);
        return Vector256.Create(Vector128.ShuffleNative(levels.AsByte(), low), Vector128.ShuffleNative(levels.AsByte(), high));
    }

    /// <summary>Eight unsigned bytes to eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(ulong bytes)
    {
        Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32());
    }

    /// <summary>Eight signed bytes to eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingleSigned(ulong bytes)
    {
        Vector128<short> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsSByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)));
    }

    /// <summary>The eight nibbles of a word to eight bytes, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SpreadNibbles(uint nibbles)
    {
        ulong x = nibbles;
        x = (x | (x << 16)) & 0x0000_FFFF_0000_FFFF;
        x = (x | (x << 8)) & 0x00FF_00FF_00FF_00FF;
        return (x | (x << 4)) & 0x0F0F_0F0F_0F0F_0F0F;
    }

    /// <summary>The eight bit pairs of 16 bits to eight bytes, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SpreadPairs(ushort pairs)
    {
        ulong x = pairs;
        x = (x | (x << 24)) & 0x0000_00FF_0000_00FF;
        x = (x | (x << 12)) & 0x000F_000F_000F_000F;
        return (x | (x << 6)) & 0x0303_0303_0303_0303;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* source)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(source);
}

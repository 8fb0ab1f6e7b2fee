using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The ways in which several formats pack small integers.</summary>
internal static unsafe class CodeBits
{
    /// <summary>16 bytes to 32 codes: the low nibbles, then the high nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(byte* source)
    {
        if (Avx2.IsSupported)
        {
            // Both copies come from the load port and one shift by lane serves both: no shuffle.
            Vector256<ulong> both = Avx2.BroadcastVector128ToVector256((ulong*)source);
            return Avx2.ShiftRightLogicalVariable(both, Vector256.Create(0ul, 0, 4, 4)).AsByte() & Vector256.Create((byte)15);
        }

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
        Vector256<byte> nibbles = Nibbles(source);
        return Avx2.IsSupported
            ? Avx2.Shuffle(Vector256.Create(levels, levels).AsByte(), nibbles)
            : Vector256.Create(
                Vector128.ShuffleNative(levels.AsByte(), nibbles.GetLower()),
                Vector128.ShuffleNative(levels.AsByte(), nibbles.GetUpper()));
    }

    /// <summary>Eight unsigned bytes to eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(ulong bytes)
    {
        Vector128<byte> packed = Vector128.CreateScalarUnsafe(bytes).AsByte();
        if (Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(packed));
        }

        Vector128<ushort> words = Vector128.WidenLower(packed);
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32());
    }

    /// <summary>Eight signed bytes to eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingleSigned(ulong bytes)
    {
        Vector128<sbyte> packed = Vector128.CreateScalarUnsafe(bytes).AsSByte();
        if (Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(packed));
        }

        Vector128<short> words = Vector128.WidenLower(packed);
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)));
    }

    /// <summary>The eight nibbles of a word to eight lanes, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SpreadNibbles(uint nibbles) =>
        Spread(nibbles, Vector256.Create(0u, 4, 8, 12, 16, 20, 24, 28)) & Vector256.Create(15);

    /// <summary>The eight bit pairs of 16 bits to eight lanes, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SpreadPairs(ushort pairs) =>
        Spread(pairs, Vector256.Create(0u, 2, 4, 6, 8, 10, 12, 14)) & Vector256.Create(3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Spread(uint bits, Vector256<uint> shifts)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ShiftRightLogicalVariable(Vector256.Create(bits), shifts).AsInt32();
        }

        Vector256<uint> result = default;
        for (int i = 0; i < Vector256<uint>.Count; i++)
        {
            result = result.WithElement(i, bits >> (int)shifts[i]);
        }

        return result.AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* source)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(source);
}

namespace Lathe.Formats.Quantization;

/// <summary>IEEE binary16 as it lies in a file: 16 bits, little-endian, at any alignment.</summary>
public static unsafe class HalfBits
{
    public static float ToSingle(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>Rounds to nearest even; magnitudes from 65520 on become infinity.</summary>
    public static ushort FromSingle(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>Reads the two bytes at <paramref name="source"/>.</summary>
    public static float Read(byte* source) => ToSingle(LittleEndian.ReadUInt16(source));

    /// <summary>Writes two bytes at <paramref name="destination"/>.</summary>
    public static void Write(byte* destination, float value) => LittleEndian.WriteUInt16(destination, FromSingle(value));
}

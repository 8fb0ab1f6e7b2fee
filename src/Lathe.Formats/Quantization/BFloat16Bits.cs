namespace Lathe.Formats.Quantization;

/// <summary>bfloat16: the upper 16 bits of an IEEE binary32.</summary>
public static class BFloat16Bits
{
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Rounds to nearest even; NaN becomes a quiet NaN, because rounding could otherwise carry it into infinity or zero.</summary>
    public static ushort FromSingle(float value)
    {
        const uint QuietBit = 0x40;

        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return (ushort)((bits >> 16) | QuietBit);
        }

        uint roundingBias = 0x7FFF + ((bits >> 16) & 1);
        return (ushort)((bits + roundingBias) >> 16);
    }
}

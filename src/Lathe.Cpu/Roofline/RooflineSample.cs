namespace Lathe.Cpu.Roofline;

/// <summary>What the machine did at best at one moment.</summary>
/// <param name="Int8MultiplyAdds">8-bit multiply-adds per second, all threads.</param>
/// <param name="ReadBandwidth">Bytes per second that all threads read from memory together.</param>
public readonly record struct RooflineSample(double Int8MultiplyAdds, double ReadBandwidth)
{
    /// <summary>The mean of what was measured before something and after it.</summary>
    public static RooflineSample Between(RooflineSample before, RooflineSample after) =>
        new((before.Int8MultiplyAdds + after.Int8MultiplyAdds) / 2, (before.ReadBandwidth + after.ReadBandwidth) / 2);
}

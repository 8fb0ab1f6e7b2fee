using System.Runtime.CompilerServices;

namespace Lathe.Cpu.Simd.Lanes;

/// <summary>e^x in lanes.</summary>
internal static class Exponential<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // ln 2 in two parts: the first has so few bits that n times it is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float Log2E = 1.44269504f;

    /// <summary>Below this the result is 0 (it would be less than 5e-38).</summary>
    private const float Smallest = -86f;

    /// <summary>From here on the result is infinity.</summary>
    private const float Largest = 89f;

    /// <summary>e^x with a relative error below 2e-7 from -86 to 88.7; 0 below, infinity above, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x)
    {
        // x = n ln 2 + r with |r| <= ln 2 / 2; the series of e^r ends at r^7, where the rest is below 6e-9.
        var limited = TLanes.Min(TLanes.Broadcast(Largest), x);
        var n = TLanes.Round(TLanes.Multiply(limited, TLanes.Broadcast(Log2E)));
        var r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2High), limited);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2Low), r);
        var series = TLanes.MultiplyAdd(r, TLanes.Broadcast(1f / 5040), TLanes.Broadcast(1f / 720));
        series = TLanes.MultiplyAdd(series, r, TLanes.Broadcast(1f / 120));
        series = TLanes.MultiplyAdd(series, r, TLanes.Broadcast(1f / 24));
        series = TLanes.MultiplyAdd(series, r, TLanes.Broadcast(1f / 6));
        series = TLanes.MultiplyAdd(series, r, TLanes.Broadcast(1f / 2));
        series = TLanes.MultiplyAdd(series, r, TLanes.Broadcast(1f));
        series = TLanes.MultiplyAdd(series, r, TLanes.Broadcast(1f));

        // n reaches 128, whose power is no f32: half of it, and twice the series.
        var power = TLanes.PowerOfTwo(TLanes.Subtract(n, TLanes.Broadcast(1f)));
        var value = TLanes.Multiply(TLanes.Add(series, series), power);
        return TLanes.SelectLess(x, TLanes.Broadcast(Smallest), TLanes.Zero, value);
    }
}

using System.Runtime.CompilerServices;

namespace Lathe.Cpu.Simd.Lanes;

/// <summary>tanh in lanes.</summary>
internal static class HyperbolicTangent<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // Up to |x| = 0.3 the series to x^9 is good to 5e-8; from there on 1 - 2 / (e^2x + 1) loses less than two bits.
    private const float SeriesEnd = 0.09f;

    /// <summary>tanh x with a relative error below 1e-6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x)
    {
        var square = TLanes.Multiply(x, x);
        var series = TLanes.MultiplyAdd(square, TLanes.Broadcast(62f / 2835), TLanes.Broadcast(-17f / 315));
        series = TLanes.MultiplyAdd(series, square, TLanes.Broadcast(2f / 15));
        series = TLanes.MultiplyAdd(series, square, TLanes.Broadcast(-1f / 3));
        series = TLanes.MultiplyAdd(TLanes.Multiply(series, square), x, x);
        var exponential = Exponential<TLanes, TVector>.Of(TLanes.Add(x, x));
        var quotient = TLanes.Divide(TLanes.Broadcast(2f), TLanes.Add(exponential, TLanes.Broadcast(1f)));
        return TLanes.SelectLess(square, TLanes.Broadcast(SeriesEnd), series, TLanes.Subtract(TLanes.Broadcast(1f), quotient));
    }
}

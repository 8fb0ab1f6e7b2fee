using System.Runtime.CompilerServices;
using Lathe.Cpu.Simd.Lanes;

namespace Lathe.Cpu.Simd.Activations;

/// <summary><c>g / 2 · (1 + tanh v) · u</c> with <c>v = √(2/π) (g + 0.044715 g³)</c>, written as <c>g / (1 + e^-2v) · u</c>, which loses no digits where
/// the tanh is near -1.</summary>
internal readonly struct GeGlu<TLanes, TVector> : IGatedActivation<TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const float MinusTwiceRoot = -1.5957691216f; // -2 √(2/π)
    private const float Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector gate, TVector up)
    {
        var series = TLanes.MultiplyAdd(TLanes.Multiply(gate, gate), TLanes.Broadcast(Cubic), TLanes.Broadcast(1f));
        var exponential = Exponential<TLanes, TVector>.Of(TLanes.Multiply(TLanes.Multiply(gate, TLanes.Broadcast(MinusTwiceRoot)), series));
        return TLanes.Multiply(TLanes.Divide(gate, TLanes.Add(TLanes.Broadcast(1f), exponential)), up);
    }
}

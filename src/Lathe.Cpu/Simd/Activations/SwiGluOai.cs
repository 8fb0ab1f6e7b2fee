using System.Runtime.CompilerServices;
using Lathe.Cpu.Simd.Lanes;

namespace Lathe.Cpu.Simd.Activations;

/// <summary><c>g / (1 + e^(-1.702 g)) · (u + 1)</c> with <c>g ≤ 7</c> and <c>-7 ≤ u ≤ 7</c>.</summary>
internal readonly struct SwiGluOai<TLanes, TVector> : IGatedActivation<TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const float Alpha = 1.702f;
    private const float Limit = 7f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector gate, TVector up)
    {
        var limited = TLanes.Min(TLanes.Broadcast(Limit), gate);
        var clamped = TLanes.Max(TLanes.Broadcast(-Limit), TLanes.Min(TLanes.Broadcast(Limit), up));
        var exponential = Exponential<TLanes, TVector>.Of(TLanes.Multiply(limited, TLanes.Broadcast(-Alpha)));
        var activated = TLanes.Divide(limited, TLanes.Add(TLanes.Broadcast(1f), exponential));
        return TLanes.Multiply(activated, TLanes.Add(clamped, TLanes.Broadcast(1f)));
    }
}

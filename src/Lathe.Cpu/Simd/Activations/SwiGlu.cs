using System.Runtime.CompilerServices;
using Lathe.Cpu.Simd.Lanes;

namespace Lathe.Cpu.Simd.Activations;

/// <summary><c>g / (1 + e^-g) · u</c>. silu has a relative error below 5e-7 from -85 to infinity; below -86 or so, where it is less than 1e-35,
/// it is taken as -0.</summary>
internal readonly struct SwiGlu<TLanes, TVector> : IGatedActivation<TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector gate, TVector up)
    {
        var exponential = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Zero, gate));
        return TLanes.Multiply(TLanes.Divide(gate, TLanes.Add(TLanes.Broadcast(1f), exponential)), up);
    }
}

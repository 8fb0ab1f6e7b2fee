using Lathe.Cpu.Simd.Lanes;

namespace Lathe.Cpu.Simd.Activations;

/// <summary>One kind of gated activation over values that lie side by side.</summary>
internal static unsafe class GatedRow<TLanes, TVector, TActivation>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TActivation : struct, IGatedActivation<TVector>
{
    /// <summary>y = act(g) · u, element by element; <paramref name="y"/> may be one of the others.</summary>
    public static void Activate(float* g, float* u, float* y, int count)
    {
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TActivation.Of(TLanes.Load(g + i), TLanes.Load(u + i)), y + i);
        }

        if (i < count)
        {
            Tail(g + i, u + i, y + i, count - i);
        }
    }

    private static void Tail(float* g, float* u, float* y, int count)
    {
        float* gates = stackalloc float[TLanes.Count], ups = stackalloc float[TLanes.Count];
        new Span<float>(gates, TLanes.Count).Clear();
        new Span<float>(ups, TLanes.Count).Clear();
        new ReadOnlySpan<float>(g, count).CopyTo(new Span<float>(gates, count));
        new ReadOnlySpan<float>(u, count).CopyTo(new Span<float>(ups, count));
        TLanes.Store(TActivation.Of(TLanes.Load(gates), TLanes.Load(ups)), gates);
        new ReadOnlySpan<float>(gates, count).CopyTo(new Span<float>(y, count));
    }
}

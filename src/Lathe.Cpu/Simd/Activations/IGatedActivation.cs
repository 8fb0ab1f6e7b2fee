namespace Lathe.Cpu.Simd.Activations;

/// <summary>One kind of gated activation in lanes.</summary>
internal interface IGatedActivation<TVector>
    where TVector : struct
{
    static abstract TVector Of(TVector gate, TVector up);
}

using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd.Activations;

/// <summary>The gated activations for whoever has gates and values at hand: the same code as <see cref="GluSimd"/> runs.</summary>
internal static unsafe class GatedRows
{
    /// <summary>y = act(g) · u for some values: gates, values, results, count. In the widest vectors of the machine.</summary>
    public static delegate*<float*, float*, float*, int, void> Of(GluKind kind) =>
        Vector512.IsHardwareAccelerated ? Of<Lanes512, Vector512<float>>(kind)
        : Vector256.IsHardwareAccelerated ? Of<Lanes256, Vector256<float>>(kind)
        : Of<Lanes128, Vector128<float>>(kind);

    private static delegate*<float*, float*, float*, int, void> Of<TLanes, TVector>(GluKind kind)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => kind switch
        {
            GluKind.SwiGlu => &GatedRow<TLanes, TVector, SwiGlu<TLanes, TVector>>.Activate,
            GluKind.GeGlu => &GatedRow<TLanes, TVector, GeGlu<TLanes, TVector>>.Activate,
            GluKind.SwiGluOai => &GatedRow<TLanes, TVector, SwiGluOai<TLanes, TVector>>.Activate,
            _ => throw new ArgumentException($"unknown gated activation {kind}"),
        };
}

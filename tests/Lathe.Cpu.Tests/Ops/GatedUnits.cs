using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Gated activations by their formulas, in f64.</summary>
internal static class GatedUnits
{
    public static double Activate(GluKind kind, double gate, double up) => kind switch
    {
        GluKind.SwiGlu => gate / (1 + Math.Exp(-gate)) * up,
        GluKind.GeGlu => gate / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (gate + (0.044715 * Math.Pow(gate, 3))))) * up,
        GluKind.SwiGluOai => Math.Min(gate, 7) / (1 + Math.Exp(-1.702 * Math.Min(gate, 7))) * (Math.Clamp(up, -7, 7) + 1),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

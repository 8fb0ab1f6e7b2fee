namespace Lathe.Engine.Graphs;

/// <summary>The activation on the gate of a gated linear unit.</summary>
public enum GluKind
{
    /// <summary><c>silu(gate) · up</c> with <c>silu(x) = x / (1 + e^-x)</c>.</summary>
    SwiGlu,
}

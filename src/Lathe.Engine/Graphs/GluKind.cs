namespace Lathe.Engine.Graphs;

/// <summary>The activation on the gate of a gated linear unit.</summary>
public enum GluKind
{
    /// <summary><c>silu(gate) · up</c> with <c>silu(x) = x / (1 + e^-x)</c>.</summary>
    SwiGlu,

    /// <summary><c>gelu(gate) · up</c> with <c>gelu(x) = x / 2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))</c>.</summary>
    GeGlu,

    /// <summary><c>g / (1 + e^(-1.702 g)) · (u + 1)</c> with the gate limited to <c>g ≤ 7</c> and up to <c>-7 ≤ u ≤ 7</c>, as gpt-oss has it.</summary>
    SwiGluOai,
}

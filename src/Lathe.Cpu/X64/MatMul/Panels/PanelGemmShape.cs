namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What a panel kernel bakes.</summary>
/// <param name="Layout">The unpacked weights.</param>
/// <param name="Activations">The activations.</param>
/// <param name="HasExactScales">1.5 · 2^23 times a scale is a float: see <see cref="PanelGemmEmitter"/>.</param>
/// <param name="TokenBytes">Bytes from one token's activations to the next; null for the generic form, which takes them from its arguments, and for scattered tokens.</param>
/// <param name="IsScattered">Tokens lie anywhere, and their sums: pointers say where.</param>
internal readonly record struct PanelGemmShape(PanelLayout Layout, PanelActivations Activations, bool HasExactScales, long? TokenBytes, bool IsScattered = false);

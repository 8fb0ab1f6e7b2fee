namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What a panel kernel bakes.</summary>
/// <param name="GroupElements">Values that share a scale, 16 or 32.</param>
/// <param name="Offset">What the codes stand above their values by: 0 or a power of two.</param>
/// <param name="HasMinima">Values have a minimum added.</param>
/// <param name="TokenBytes">Bytes from one token's activations to the next.</param>
internal readonly record struct PanelGemmShape(int GroupElements, int Offset, bool HasMinima, long TokenBytes);

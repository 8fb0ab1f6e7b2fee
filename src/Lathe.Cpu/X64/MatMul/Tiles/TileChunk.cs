namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>The values of a row that are multiplied at once, as a kernel bakes them.</summary>
/// <param name="Steps">Steps of 32 values.</param>
/// <param name="IsFirst">The chunk starts the row, and its sums start at zero.</param>
internal readonly record struct TileChunk(int Steps, bool IsFirst);

namespace Lathe.Cpu;

/// <summary>A kernel of machine code to read.</summary>
/// <param name="Key">Its name and every value that is baked into it.</param>
/// <param name="CodeBytes">Bytes of instructions.</param>
/// <param name="ConstantBytes">Bytes of constants behind them.</param>
/// <param name="Text">One instruction per line: address, bytes, text.</param>
public sealed record KernelListing(string Key, int CodeBytes, int ConstantBytes, string Text);

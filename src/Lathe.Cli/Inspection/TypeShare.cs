namespace Lathe.Cli.Inspection;

/// <summary>What part of a file one tensor type takes.</summary>
internal sealed record TypeShare(string Type, int Tensors, long Bytes, long Parameters);

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>In which order the sixteen pieces of 16 values that make up 256 stand in the four vectors of codes that a format's unpacking gives:
/// the activations are laid out alike, so that the weights need no shuffling.</summary>
internal static class PieceOrder
{
    public const int Pieces = 16;

    /// <summary>As they come.</summary>
    public static ReadOnlySpan<byte> Natural => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>First the first halves of four blocks of 32, then their second halves: low and high nibbles of 64 bytes.</summary>
    public static ReadOnlySpan<byte> Halves => [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15];

    /// <summary>The first halves of the even groups of 32 values, their second halves, then those of the odd groups: low and high nibbles of every other 16 bytes
    /// of a block of 256. Both halves of a group meet in the same lanes.</summary>
    public static ReadOnlySpan<byte> Groups => [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];

    /// <summary>The same 32 values of both halves side by side: the bit pairs of 64 bytes of a block of 256, from the lowest up.</summary>
    public static ReadOnlySpan<byte> Pairs => [0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15];
}

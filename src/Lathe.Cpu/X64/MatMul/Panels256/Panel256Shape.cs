namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>What a 256-bit panel kernel bakes.</summary>
/// <param name="GroupElements">Values that share a scale, 16 or 32.</param>
/// <param name="Offset">What the codes stand above their values by.</param>
/// <param name="HasMinima">Values have a minimum added.</param>
/// <param name="MaxCode">The largest code.</param>
/// <param name="TokenBytes">Bytes from one token's activations to the next.</param>
internal readonly record struct Panel256Shape(int GroupElements, int Offset, bool HasMinima, int MaxCode, int TokenBytes)
{
    private const int LargestActivation = 127;

    public int QuadsPerGroup => GroupElements / 4;

    /// <summary>How many sums of two products fit 16 bits, at most a group's.</summary>
    public int RunOfQuads => Math.Min(QuadsPerGroup, short.MaxValue / (2 * LargestActivation * MaxCode));

    /// <summary>Tokens that the registers hold together: without <c>vpdpbusd</c> fewer where sums of 32 bits are needed beside those of 16.</summary>
    public int MaxTokens(X64Level level) => level == X64Level.AvxVnni || RunOfQuads == QuadsPerGroup ? 6 : 3;

    /// <summary>The numbers of tokens together that there are kernels for, the largest first.</summary>
    public int[] TokenCounts(X64Level level)
    {
        var most = MaxTokens(level);
        return [most, .. ((int[])[4, 2, 1]).Where(tokens => tokens < most)];
    }
}

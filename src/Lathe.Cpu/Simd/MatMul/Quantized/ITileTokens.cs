namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Tokens in a tile, as a type: the unused accumulators of smaller tiles vanish at compile time.</summary>
internal interface ITileTokens
{
    static abstract int Count { get; }
}

internal readonly struct OneToken : ITileTokens
{
    public static int Count => 1;
}

internal readonly struct TwoTokens : ITileTokens
{
    public static int Count => 2;
}

internal readonly struct FourTokens : ITileTokens
{
    public static int Count => 4;
}

internal readonly struct SixTokens : ITileTokens
{
    public static int Count => 6;
}

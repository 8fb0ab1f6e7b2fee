namespace Lathe.Cpu.X64.Attention;

/// <summary>Polynomials for 2^r on [0, 1), minimax in relative error (Remez). Emitted code computes 2^x as
/// <c>vscalefps(p(x − ⌊x⌋), x)</c>: <c>vreduceps</c> takes the fraction and <c>vscalefps</c> the floor, so that −∞ gives 0 and nothing overflows on the way.</summary>
internal static class PowerOfTwo
{
    /// <summary>What <c>vreduceps</c> wants to hear for x − ⌊x⌋, without the precision exception.</summary>
    public const byte Fraction = 0x09;

    /// <summary>For results that are cut off to bf16: error 7.5e-5, a fiftieth of a bf16 step, and larger by what the cut takes away on average,
    /// <c>2^-8 / (2 ln 2)</c>. Coefficients from the constant one on.</summary>
    public static ReadOnlySpan<float> Coarse => [1.0027429f, 0.6977943f, 0.2267042f, 0.0782444f];

    /// <summary>Error 7.5e-8, which is less than the f32 roundings beside it.</summary>
    public static ReadOnlySpan<float> Fine => [0.99999993f, 0.69315307f, 0.24015362f, 0.05582632f, 0.00898934f, 0.00187758f];
}

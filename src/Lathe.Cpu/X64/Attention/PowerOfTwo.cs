namespace Lathe.Cpu.X64.Attention;

/// <summary>Polynomials for 2^r on [0, 1), minimax in relative error (Remez). Emitted code computes 2^x as
/// <c>vscalefps(p(x − ⌊x⌋), x)</c>: <c>vreduceps</c> takes the fraction and <c>vscalefps</c> the floor, so that −∞ gives 0 and nothing overflows on the way.</summary>
internal static class PowerOfTwo
{
    /// <summary>What <c>vreduceps</c> wants to hear for x − ⌊x⌋, without the precision exception.</summary>
    public const byte Fraction = 0x09;

    /// <summary>Error 7.5e-5, a fiftieth of a bf16 step. Coefficients from the constant one on.</summary>
    public static ReadOnlySpan<float> Coarse => [0.99992522f, 0.69583354f, 0.22606715f, 0.07802453f];

    /// <summary>Error 7.5e-8, which is less than the f32 roundings beside it.</summary>
    public static ReadOnlySpan<float> Fine => [0.99999993f, 0.69315307f, 0.24015362f, 0.05582632f, 0.00898934f, 0.00187758f];
}

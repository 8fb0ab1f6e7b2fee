namespace Lathe.Engine.Models;

/// <summary>Rotary position embedding: <c>θ_i = position · scale · base^(-2i/n) / factor_i</c>.</summary>
/// <param name="Style">Which values form a pair.</param>
/// <param name="RotaryDims">Values per head that rotate (n), always even.</param>
/// <param name="Base">The frequency base.</param>
/// <param name="PositionScale">Linear interpolation of positions: 1 / factor.</param>
/// <param name="FrequencyFactors">Divisors of the frequencies (<c>rope_freqs</c>, n/2 values), or null.</param>
/// <param name="Yarn">Which frequencies the interpolation leaves alone, or null if it changes all.</param>
/// <param name="Magnitude">Factor of every rotated value.</param>
public sealed record RopeParameters(
    RopeStyle Style, int RotaryDims, double Base, double PositionScale = 1, Weight? FrequencyFactors = null, YarnScaling? Yarn = null, double Magnitude = 1)
{
    /// <summary>Radians per position of each pair, in f64 closed form: the same at any position, without accumulated error.</summary>
    public unsafe double[] Frequencies()
    {
        var frequencies = new double[RotaryDims / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var factor = FrequencyFactors is null ? 1.0 : ((float*)FrequencyFactors.Data)[i];
            var frequency = Math.Pow(Base, -2.0 * i / RotaryDims) / factor;
            var extrapolation = Yarn?.Extrapolation(i, RotaryDims, Base) ?? 0;
            frequencies[i] = (PositionScale * frequency * (1 - extrapolation)) + (frequency * extrapolation);
        }

        return frequencies;
    }
}

namespace Lathe.Engine.Models;

/// <summary>YaRN: frequencies that turn often within the original context stay as they are, those that turn rarely are interpolated, with a ramp between.</summary>
/// <param name="OriginalContext">Positions that the model was trained for before it was extended.</param>
/// <param name="ExtrapolationFactor">Share of the untouched frequencies where the ramp is 1; 0 interpolates all.</param>
/// <param name="BetaFast">Turns within the original context from which on a frequency is not interpolated.</param>
/// <param name="BetaSlow">Turns up to which it is interpolated fully.</param>
/// <param name="HasExactRange">False for a ramp that starts and ends at whole pairs, as llama.cpp computes it; true for the exact ends, as
/// <c>truncate: false</c> of the published configurations asks for.</param>
public sealed record YarnScaling(int OriginalContext, double ExtrapolationFactor = 1, double BetaFast = 32, double BetaSlow = 1, bool HasExactRange = false)
{
    private const double ShortestRamp = 0.001;

    /// <summary>How much of pair <paramref name="pair"/>'s own frequency remains: 1 for all, 0 if it is interpolated fully.</summary>
    public double Extrapolation(int pair, int rotaryDims, double frequencyBase)
    {
        double low = PairThatTurns(BetaFast, rotaryDims, frequencyBase), high = PairThatTurns(BetaSlow, rotaryDims, frequencyBase);
        if (!HasExactRange)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(0, low), Math.Min(rotaryDims - 1, high));
        return ExtrapolationFactor * (1 - Math.Clamp((pair - low) / Math.Max(ShortestRamp, high - low), 0, 1));
    }

    /// <summary>The pair, as a real number, that makes <paramref name="turns"/> turns within the original context.</summary>
    private double PairThatTurns(double turns, int rotaryDims, double frequencyBase) =>
        rotaryDims * Math.Log(OriginalContext / (2 * Math.PI * turns)) / (2 * Math.Log(frequencyBase));
}

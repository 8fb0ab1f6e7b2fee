using Lathe.Benchmarking;

namespace Lathe.Cli.Benchmarks;

/// <summary>A ratio as people read it: with its spread, and marked where the spread holds 1.</summary>
internal static class SpeedUpText
{
    public static string Of(SpeedUp speedUp) =>
        double.IsFinite(speedUp.High)
            ? FormattableString.Invariant($"{speedUp.Ratio:F3} ({speedUp.Low:F3} to {speedUp.High:F3}{(speedUp.IsNoise ? ", noise" : "")})")
            : FormattableString.Invariant($"{speedUp.Ratio:F3} (one sample)");

    public static string Verdict(SpeedUp speedUp) => speedUp switch
    {
        _ when !double.IsFinite(speedUp.High) => "one sample",
        { IsNoise: true } => "noise",
        { Ratio: > 1 } => "faster",
        _ => "slower",
    };
}

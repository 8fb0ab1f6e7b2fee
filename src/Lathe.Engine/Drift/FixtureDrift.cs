namespace Lathe.Engine.Drift;

/// <summary>The outcome of one fixture.</summary>
/// <param name="LayerRms">Relative rms of the residual stream behind each layer; empty if it was not tapped.</param>
public sealed record FixtureDrift(DriftRun Reference, DriftRun Candidate, DriftMeasures Measures, IReadOnlyList<double> LayerRms, DriftVerdict Verdict)
{
    public DriftFixture Fixture => Reference.Fixture;
}

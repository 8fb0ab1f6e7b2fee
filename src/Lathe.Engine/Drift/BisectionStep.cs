namespace Lathe.Engine.Drift;

/// <summary>One line of a bisection.</summary>
/// <param name="Setting">What was switched.</param>
/// <param name="RouteId">The route that the line is about, or null for all of them.</param>
/// <param name="Dispatches">How often that route ran in the candidate.</param>
/// <param name="Measures">How far the candidate was from the reference.</param>
/// <param name="Refusals">Why the numbers prove nothing; empty if they do.</param>
public sealed record BisectionStep(string Setting, string? RouteId, long Dispatches, DriftMeasures Measures, IReadOnlyList<string> Refusals);

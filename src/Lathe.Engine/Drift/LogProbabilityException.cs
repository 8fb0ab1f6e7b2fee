namespace Lathe.Engine.Drift;

/// <summary>A file of log-probabilities that cannot be read, or that does not belong to the run it is to be compared with.</summary>
public sealed class LogProbabilityException(string message) : Exception(message);

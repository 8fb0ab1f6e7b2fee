namespace Lathe.Benchmarking;

/// <summary>A comparison of routes that would not have compared what it claims to.</summary>
public sealed class AblationException(string message) : Exception(message);

namespace Lathe.Benchmarking;

/// <summary>One repetition of a test.</summary>
/// <param name="Seconds">Time of all its tokens.</param>
/// <param name="FirstTokenSeconds">Time until the first logits that a token can be drawn from: the prompt's, or without a prompt those of the first
/// single token.</param>
/// <param name="AllocatedBytes">Managed bytes that it allocated.</param>
public readonly record struct BenchmarkSample(double Seconds, double FirstTokenSeconds, long AllocatedBytes);

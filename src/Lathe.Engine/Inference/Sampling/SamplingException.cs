namespace Lathe.Engine.Inference.Sampling;

/// <summary>Sampling cannot be done as asked: an option is out of its range, or the logits leave nothing to choose from.</summary>
public sealed class SamplingException(string message) : Exception(message);

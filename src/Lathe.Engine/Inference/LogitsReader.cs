namespace Lathe.Engine.Inference;

/// <summary>Receives the logits <c>[vocabulary]</c> of the token at <paramref name="position"/>; the span is valid during the call only.</summary>
public delegate void LogitsReader(int position, ReadOnlySpan<float> logits);

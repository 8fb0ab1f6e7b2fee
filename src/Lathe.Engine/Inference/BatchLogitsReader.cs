namespace Lathe.Engine.Inference;

/// <summary>Receives the logits <c>[vocabulary]</c> of the token at <paramref name="position"/> of one of the sessions of a batch; the span is valid during
/// the call only.</summary>
public delegate void BatchLogitsReader(Session session, int position, ReadOnlySpan<float> logits);

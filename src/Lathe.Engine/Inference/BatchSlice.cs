namespace Lathe.Engine.Inference;

/// <summary>The tokens of one sequence inside a batch.</summary>
/// <param name="Sequence">Whose KV pages they read and extend. Its <see cref="KvSequence.Length"/> is the position of the slice's first token
/// while the batch runs; room for the slice is reserved before.</param>
/// <param name="FirstRow">Row of the slice's first token in the batch.</param>
/// <param name="Count">Tokens.</param>
public readonly record struct BatchSlice(KvSequence Sequence, int FirstRow, int Count)
{
    /// <summary>Position of the slice's first token in its sequence.</summary>
    public int FirstPosition => Sequence.Length;
}

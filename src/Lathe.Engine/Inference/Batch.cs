using System.Runtime.InteropServices;

namespace Lathe.Engine.Inference;

/// <summary>What one run of a graph computes: the tokens of one or more sequences, each with its position, and the rows whose logits are wanted.
/// One batch object is filled again and again; filling it allocates nothing.</summary>
public sealed class Batch
{
    private readonly List<BatchSlice> _slices = [];
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly int[] _outputRows;

    /// <param name="shape">The most that the batch can hold.</param>
    public Batch(GraphShape shape)
    {
        Shape = shape;
        _tokens = new int[shape.Tokens];
        _positions = new int[shape.Tokens];
        _outputRows = new int[shape.Outputs];
    }

    public GraphShape Shape { get; }

    public int TokenCount { get; private set; }

    public int OutputCount { get; private set; }

    /// <summary>Token ids, one per row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, TokenCount);

    /// <summary>Position of each row's token in its sequence.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, TokenCount);

    /// <summary>Row of each output, ascending.</summary>
    public ReadOnlySpan<int> OutputRows => _outputRows.AsSpan(0, OutputCount);

    /// <summary>The sequences, in the order of their rows.</summary>
    public ReadOnlySpan<BatchSlice> Slices => CollectionsMarshal.AsSpan(_slices);

    public void Clear()
    {
        _slices.Clear();
        TokenCount = 0;
        OutputCount = 0;
    }

    /// <summary>Adds the next tokens of a sequence; the sequence has room for them (<see cref="KvSequence.Reserve"/>).</summary>
    /// <param name="outputs">How many of the last tokens want logits.</param>
    public void Add(KvSequence sequence, ReadOnlySpan<int> tokens, int outputs)
    {
        if (TokenCount + tokens.Length > Shape.Tokens || OutputCount + outputs > Shape.Outputs || outputs > tokens.Length)
        {
            throw new ArgumentException($"{tokens.Length} tokens with {outputs} outputs do not fit into a batch of {Shape.Tokens} and {Shape.Outputs}");
        }

        _slices.Add(new BatchSlice(sequence, TokenCount, tokens.Length));
        tokens.CopyTo(_tokens.AsSpan(TokenCount));
        for (var i = 0; i < tokens.Length; i++)
        {
            _positions[TokenCount + i] = sequence.Length + i;
        }

        for (var i = tokens.Length - outputs; i < tokens.Length; i++)
        {
            _outputRows[OutputCount++] = TokenCount + i;
        }

        TokenCount += tokens.Length;
    }
}

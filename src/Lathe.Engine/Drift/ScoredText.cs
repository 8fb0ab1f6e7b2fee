using Lathe.Engine.Inference;

namespace Lathe.Engine.Drift;

/// <summary>A text cut into whole chunks, each of which is computed by itself. The first half of a chunk only gives context: its last token and every
/// one behind it are asked what comes next. The first token of each chunk is replaced by the one that begins a text, if the model has one.</summary>
public sealed class ScoredText
{
    private readonly int[] _tokens;

    /// <param name="tokens">The tokens of the whole text; what is left of the last whole chunk is not scored.</param>
    /// <param name="chunkTokens">Tokens of a chunk, at least 4.</param>
    /// <param name="beginning">The token that begins a text, or null.</param>
    /// <param name="mostChunks">Chunks to score at most, or null for all.</param>
    /// <exception cref="ArgumentException">The text has no whole chunk.</exception>
    public ScoredText(ReadOnlySpan<int> tokens, int chunkTokens, int? beginning, int? mostChunks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkTokens, 4);
        if (tokens.Length < chunkTokens)
        {
            throw new ArgumentException($"the text has {tokens.Length} tokens, expected at least one chunk of {chunkTokens}");
        }

        ChunkTokens = chunkTokens;
        ChunkCount = Math.Min(tokens.Length / chunkTokens, mostChunks ?? int.MaxValue);
        _tokens = tokens[..(ChunkCount * chunkTokens)].ToArray();
        for (var chunk = 0; chunk < ChunkCount && beginning is not null; chunk++)
        {
            _tokens[chunk * chunkTokens] = beginning.Value;
        }
    }

    /// <summary>The tokens of all chunks, one chunk behind the other.</summary>
    public ReadOnlyMemory<int> Tokens => _tokens;

    public int ChunkTokens { get; }

    public int ChunkCount { get; }

    /// <summary>First place in a chunk whose logits are scored, by the token behind it.</summary>
    public int FirstScored => ChunkTokens / 2;

    /// <summary>Tokens that are scored in each chunk.</summary>
    public int ScoredPerChunk => ChunkTokens - 1 - FirstScored;

    /// <summary>Options of a runtime that has room for the chunks that <see cref="Score"/> computes together.</summary>
    public RuntimeOptions Fit(RuntimeOptions options) => options with
    {
        ContextLength = ChunkTokens,
        KvPages = Together(options.ChunkTokens) * ((ChunkTokens / KvLayout.PageTokens) + 1),
    };

    /// <summary>Runs the model over every chunk; as many chunks together as fit into a batch.</summary>
    /// <param name="progress">Told how many chunks are done.</param>
    public void Score(ModelRuntime runtime, ScoredTokenReader reader, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var together = Together(runtime.ChunkTokens);
        for (var first = 0; first < ChunkCount; first += together)
        {
            ScoreTogether(runtime, first, Math.Min(together, ChunkCount - first), reader, cancellation);
            progress?.Invoke(Math.Min(first + together, ChunkCount));
        }
    }

    private int Together(int batchTokens) => Math.Clamp(batchTokens / ChunkTokens, 1, ChunkCount);

    private void ScoreTogether(ModelRuntime runtime, int first, int count, ScoredTokenReader reader, CancellationToken cancellation)
    {
        var sessions = new Session[count];
        var work = new SessionTokens[count];
        var step = runtime.ChunkTokens / count;
        try
        {
            for (var i = 0; i < count; i++)
            {
                sessions[i] = runtime.CreateSession();
            }

            // The last token of a chunk predicts nothing in it.
            for (var start = 0; start < ChunkTokens - 1; start += step)
            {
                cancellation.ThrowIfCancellationRequested();
                var tokens = Math.Min(step, ChunkTokens - 1 - start);
                var outputs = Math.Clamp(start + tokens - FirstScored, 0, tokens);
                for (var i = 0; i < count; i++)
                {
                    work[i] = new SessionTokens(sessions[i], _tokens.AsMemory(((first + i) * ChunkTokens) + start, tokens), outputs);
                }

                Session.AppendTogether(work, (session, position, logits) =>
                    reader(_tokens[((first + Array.IndexOf(sessions, session)) * ChunkTokens) + position + 1], logits));
            }
        }
        finally
        {
            foreach (var session in sessions)
            {
                session?.Dispose();
            }
        }
    }
}

using System.Runtime.InteropServices;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Inference;

/// <summary>One conversation with a model. It answers one question well: hold exactly this token prefix. What it already holds of the prefix
/// is reused, what differs is rolled back, the rest is computed in chunks. A session is used by one thread at a time.</summary>
public sealed class Session : IDisposable
{
    private readonly ModelRuntime _runtime;
    private readonly KvSequence _sequence;
    private readonly List<int> _tokens;
    private readonly float[] _logits;
    private readonly int[] _single = new int[1];
    private bool _hasLogits;
    private int? _top;
    private bool _disposed;

    internal Session(ModelRuntime runtime)
        : this(runtime, new KvSequence(runtime.Pool, runtime.ContextLength))
    {
    }

    private Session(ModelRuntime runtime, KvSequence sequence)
    {
        _runtime = runtime;
        _sequence = sequence;

        // Room for the whole context from the start: decoding must not allocate.
        _tokens = new List<int>(runtime.ContextLength);
        _logits = new float[runtime.Model.HyperParameters.VocabularySize];
    }

    /// <summary>The tokens that the session holds.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Number of tokens held.</summary>
    public int Length => _tokens.Count;

    /// <summary>Logits <c>[vocabulary]</c> after the last token; the caller may change them (sampling does), they are good for one use.</summary>
    /// <exception cref="InvalidOperationException">Nothing was computed since the session was created or rolled back.</exception>
    public Span<float> Logits => _hasLogits ? _logits : throw new InvalidOperationException("the session has no logits: append a token first");

    /// <summary>Token of the highest logit after the last token, the lowest token among equals; -1 if no logit is a number above negative infinity. What is changed in <see cref="Logits"/> is not considered.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Logits"/>.</exception>
    public int TopToken => _hasLogits && _top is { } top ? top : ArgMax.Of(Logits);

    /// <summary>Makes the session hold exactly <paramref name="prefix"/>, with logits after its last token.</summary>
    /// <returns>How many tokens of the prefix were already held.</returns>
    /// <exception cref="OperationCanceledException">The session holds what was computed so far and stays usable.</exception>
    public int Hold(ReadOnlyMemory<int> prefix, CancellationToken cancellation = default)
    {
        if (prefix.IsEmpty)
        {
            throw new ArgumentException("a prefix has at least one token", nameof(prefix));
        }

        // The last token runs again even if it is held, because its logits are wanted.
        var common = Math.Min(prefix.Span.CommonPrefixLength(Tokens), prefix.Length - 1);
        Rollback(common);
        Append(prefix[common..], cancellation);
        return common;
    }

    /// <summary>Adds tokens and computes the logits after the last one.</summary>
    public void Append(ReadOnlyMemory<int> tokens, CancellationToken cancellation = default) => Append(tokens, reader: null, cancellation);

    /// <summary>Adds one token and computes the logits after it. Allocates nothing.</summary>
    public void Append(int token)
    {
        _single[0] = token;
        Append(_single, reader: null, CancellationToken.None);
    }

    /// <summary>Adds tokens and hands the logits after each of them to <paramref name="reader"/>, or only keeps the last ones if it is null.</summary>
    public void Append(ReadOnlyMemory<int> tokens, LogitsReader? reader, CancellationToken cancellation = default)
    {
        if (Length + (long)tokens.Length > _runtime.ContextLength)
        {
            throw new ContextExceededException(Length + tokens.Length, _runtime.ContextLength);
        }

        for (var start = 0; start < tokens.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(tokens.Length - start, _runtime.ChunkTokens);
            var isLast = start + count == tokens.Length;
            var work = new SessionTokens(this, tokens.Slice(start, count), reader is not null ? count : isLast ? 1 : 0);
            RunBatch(new ReadOnlySpan<SessionTokens>(in work), reader is null ? null : OfOneSession(reader));
            start += count;
        }
    }

    /// <summary>Runs the next tokens of several sessions of one runtime in one batch; each keeps the logits after its last token.</summary>
    /// <param name="reader">Is handed the logits of every output, or null.</param>
    public static void AppendTogether(ReadOnlySpan<SessionTokens> work, BatchLogitsReader? reader = null) => RunBatch(work, reader);

    /// <summary>Forgets every token from <paramref name="length"/> on.</summary>
    public void Rollback(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        if (length == Length)
        {
            return;
        }

        lock (_runtime.Gate)
        {
            _sequence.Truncate(length);
        }

        _tokens.RemoveRange(length, _tokens.Count - length);
        _hasLogits = false;
    }

    /// <summary>A second session that holds the same tokens; their KV pages are shared until one of the two goes on.</summary>
    public Session Fork()
    {
        lock (_runtime.Gate)
        {
            var fork = new Session(_runtime, _sequence.Fork(Length)) { _hasLogits = _hasLogits, _top = _top };
            fork._tokens.AddRange(_tokens);
            _logits.CopyTo(fork._logits, 0);
            return fork;
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            lock (_runtime.Gate)
            {
                _sequence.Dispose();
            }
        }
    }

    // A method of its own: its closure must not be made where there is no reader.
    private static BatchLogitsReader OfOneSession(LogitsReader reader) => (_, position, logits) => reader(position, logits);

    private static void RunBatch(ReadOnlySpan<SessionTokens> work, BatchLogitsReader? reader)
    {
        var runtime = work[0].Session._runtime;
        int tokens = 0, outputs = 0;
        foreach (var item in work)
        {
            ObjectDisposedException.ThrowIf(item.Session._disposed, item.Session);
            item.Session.CheckTokens(item.Tokens.Span);
            tokens += item.Tokens.Length;
            outputs += item.Outputs;
        }

        lock (runtime.Gate)
        {
            var graph = runtime.GraphFor(tokens, outputs);
            var batch = runtime.BatchFor(graph);
            foreach (var item in work)
            {
                item.Session._sequence.Reserve(item.Tokens.Length);
                batch.Add(item.Session._sequence, item.Tokens.Span, item.Outputs);
            }

            graph.Run(batch);

            var output = 0;
            foreach (var item in work)
            {
                item.Session.Accept(item, graph, output, reader);
                output += item.Outputs;
            }
        }
    }

    private void Accept(SessionTokens item, CompiledGraph graph, int firstOutput, BatchLogitsReader? reader)
    {
        if (reader is not null)
        {
            var firstPosition = Length + item.Tokens.Length - item.Outputs;
            for (var i = 0; i < item.Outputs; i++)
            {
                reader(this, firstPosition + i, graph.Logits(firstOutput + i));
            }
        }

        _hasLogits = item.Outputs > 0;
        if (_hasLogits)
        {
            graph.Logits(firstOutput + item.Outputs - 1).CopyTo(_logits);
            _top = graph.TopToken;
        }

        _sequence.Advance(item.Tokens.Length);
        foreach (var token in item.Tokens.Span)
        {
            _tokens.Add(token);
        }
    }

    private void CheckTokens(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)_logits.Length)
            {
                throw new ArgumentException($"token {token} is outside the vocabulary of {_logits.Length}");
            }
        }
    }
}

using System.Diagnostics;
using Lathe.Engine.Inference;
using Lathe.Engine.Inference.Sampling;
using Lathe.Formats.Tokenization;

namespace Lathe;

/// <summary>Continues a prompt in a session, one piece of text at a time. Between two calls the session holds a sound state: a generation may
/// be dropped at any point.</summary>
public sealed class TextGeneration
{
    private readonly Session _session;
    private readonly Tokenizer _tokenizer;
    private readonly ReadOnlyMemory<int> _prompt;
    private readonly GenerationOptions _options;
    private readonly int _contextLength;
    private readonly Sampler _sampler;
    private readonly StreamingDecoder _decoder;
    private readonly StopMatcher _stops;
    private readonly Stopwatch _watch = new();
    private int _reused;
    private TimeSpan _promptTime;
    private int _generated;
    private int _pending = -1;

    /// <param name="model">Whose session and vocabulary.</param>
    /// <param name="session">Where the text is computed.</param>
    /// <param name="prompt">Tokens to continue; what the session already holds of them is reused.</param>
    /// <param name="options">How to continue.</param>
    public TextGeneration(LatheModel model, Session session, ReadOnlyMemory<int> prompt, GenerationOptions options)
    {
        if (prompt.IsEmpty)
        {
            throw new ArgumentException("the prompt is empty: the model needs at least one token to continue", nameof(prompt));
        }

        if (options.MaxTokens is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(options));
        }

        _session = session;
        _tokenizer = model.Tokenizer;
        _prompt = prompt;
        _options = options;
        _contextLength = model.Runtime.ContextLength;
        _sampler = new Sampler(options.Sampling, model.Runtime.Model.HyperParameters.VocabularySize);
        _decoder = new StreamingDecoder(_tokenizer);
        _stops = new StopMatcher(options.StopStrings);
        foreach (var token in prompt.Span[^Math.Min(prompt.Length, options.Sampling.RepetitionWindow)..])
        {
            _sampler.Accept(token);
        }
    }

    /// <summary>The text that the last call of <see cref="Next"/> added; it may be empty while a character or a stop string is incomplete.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The seed that the tokens are drawn with: the same seed on the same routes draws the same text.</summary>
    public ulong Seed => _sampler.Seed;

    /// <summary>Why the text ended, or null while it goes on.</summary>
    public FinishReason? Finish { get; private set; }

    public GenerationStatistics Statistics => new(_prompt.Length, _reused, _promptTime, _generated, _watch.Elapsed - _promptTime);

    /// <summary>Draws one more token.</summary>
    /// <returns>False once there is nothing more; <see cref="Text"/> is then empty.</returns>
    /// <exception cref="OperationCanceledException">The session stays usable.</exception>
    /// <exception cref="ContextExceededException">The prompt is longer than the context.</exception>
    public bool Next(CancellationToken cancellation = default)
    {
        Text = "";
        if (Finish is not null)
        {
            return false;
        }

        cancellation.ThrowIfCancellationRequested();
        _watch.Start();
        try
        {
            return Draw(cancellation);
        }
        finally
        {
            _watch.Stop();
        }
    }

    private bool Draw(CancellationToken cancellation)
    {
        if (!Advance(cancellation))
        {
            return Text.Length > 0;
        }

        var token = _sampler.IsGreedy && _session.TopToken is >= 0 and var top ? top : _sampler.Sample(_session.Logits);
        _generated++;
        if (_tokenizer.IsEndOfGeneration(token) && !_options.IgnoreEndOfGeneration)
        {
            End(FinishReason.EndOfGeneration);
            return Text.Length > 0;
        }

        _sampler.Accept(token);
        _pending = token;
        Text = _stops.Append(_decoder.Append(token));
        if (_stops.Stopped)
        {
            Finish = FinishReason.StopString;
        }
        else if (_generated >= _options.MaxTokens)
        {
            End(FinishReason.TokenLimit);
        }

        return true;
    }

    /// <summary>Brings the session to the point where the next token can be drawn.</summary>
    private bool Advance(CancellationToken cancellation)
    {
        if (_generated == 0)
        {
            if (_options.MaxTokens == 0)
            {
                End(FinishReason.TokenLimit);
                return false;
            }

            _reused = _session.Hold(_prompt, cancellation);
            _promptTime = _watch.Elapsed;
            return true;
        }

        if (_session.Length >= _contextLength)
        {
            End(FinishReason.ContextFull);
            return false;
        }

        _session.Append(_pending);
        return true;
    }

    private void End(FinishReason reason)
    {
        Finish = reason;
        Text += _stops.Append(_decoder.Flush()) + _stops.Flush();
    }
}

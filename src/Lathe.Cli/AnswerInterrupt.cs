namespace Lathe.Cli;

/// <summary>Ctrl-C while an answer is written ends the answer, and at any other time the command.</summary>
internal sealed class AnswerInterrupt : IDisposable
{
    private CancellationTokenSource? _answer;

    public AnswerInterrupt() => Console.CancelKeyPress += OnCancelKey;

    /// <summary>An answer begins.</summary>
    public CancellationToken Begin() => (_answer = new CancellationTokenSource()).Token;

    /// <summary>The answer is complete.</summary>
    public void End() => Interlocked.Exchange(ref _answer, null)?.Dispose();

    public void Dispose() => Console.CancelKeyPress -= OnCancelKey;

    private void OnCancelKey(object? sender, ConsoleCancelEventArgs key)
    {
        if (_answer is { } answer)
        {
            key.Cancel = true;
            answer.Cancel();
        }
    }
}

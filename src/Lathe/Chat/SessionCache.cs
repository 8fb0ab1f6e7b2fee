using Lathe.Engine.Inference;

namespace Lathe.Chat;

/// <summary>Keeps the sessions of finished answers, so that the next turn of a chat computes only what is new.</summary>
internal sealed class SessionCache(LatheModel model, int capacity) : IDisposable
{
    private readonly List<Session> _idle = [];
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>The idle session that shares the longest prefix with <paramref name="prompt"/>, or a new one.</summary>
    public Session Take(ReadOnlySpan<int> prompt)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var (best, longest) = (-1, 0);
            for (var i = 0; i < _idle.Count; i++)
            {
                var common = _idle[i].Tokens.CommonPrefixLength(prompt);
                if (common > longest)
                {
                    (best, longest) = (i, common);
                }
            }

            if (best < 0)
            {
                return model.CreateSession();
            }

            var session = _idle[best];
            _idle.RemoveAt(best);
            return session;
        }
    }

    /// <summary>Takes a session back; the one that has been idle longest goes when there are too many.</summary>
    public void Return(Session session)
    {
        lock (_gate)
        {
            _idle.Add(session);
            while (_idle.Count > (_disposed ? 0 : capacity))
            {
                _idle[0].Dispose();
                _idle.RemoveAt(0);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _idle.ForEach(session => session.Dispose());
            _idle.Clear();
        }
    }
}

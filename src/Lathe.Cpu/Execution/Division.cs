namespace Lathe.Cpu.Execution;

/// <summary>How the steps of a phase are cut into parts: the same fractions of the rows, columns or heads of each, so that a thread that takes a part of all of
/// them reads what it has just written.</summary>
/// <remarks>
/// Equal parts, one per thread, are enough where nothing disturbs. On a machine that is shared one core or the other is held up by tens of microseconds all the time,
/// and everybody waits for it at the barrier. Guided parts are taken when a thread has nothing to do, large ones first: each round hands out half of what is
/// left ("factoring", Hummel, Schonberg and Flynn 1992), so that few parts are enough and the last ones are small.
/// </remarks>
public sealed class Division
{
    private static readonly Division?[] s_equal = new Division?[257];

    // The parts' ends, in units of which the last one is all.
    private readonly int[] _ends;

    private Division(int threads, int[] ends)
    {
        Threads = threads;
        _ends = ends;
    }

    public int Threads { get; }

    public int Parts => _ends.Length;

    /// <summary>A part for each thread.</summary>
    public static Division Equal(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        return threads < s_equal.Length ? s_equal[threads] ??= Create(threads) : Create(threads);

        static Division Create(int threads) => new(threads, [.. Enumerable.Range(1, threads)]);
    }

    /// <summary>A part for each thread in each of some rounds, half as large from round to round, and the last round's twice.</summary>
    /// <param name="threads">Threads that take parts.</param>
    /// <param name="rounds">At least 1; the smallest part is the whole over threads · 2^rounds.</param>
    public static Division Guided(int threads, int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        var all = threads << rounds;
        var ends = new List<int>();
        for (var end = 0; end < all;)
        {
            var part = Math.Max((all - end) / (2 * threads), 1);
            for (var thread = 0; thread < threads; thread++)
            {
                end += part;
                ends.Add(end);
            }
        }

        return new Division(threads, [.. ends]);
    }

    /// <summary>What of <paramref name="count"/> equal pieces of work belongs to a part: <c>[Start, End)</c>.</summary>
    public (int Start, int End) Share(int count, int part) =>
        (part == 0 ? 0 : (int)((long)count * _ends[part - 1] / _ends[^1]), (int)((long)count * _ends[part] / _ends[^1]));
}

using Lathe.Engine.Graphs;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Cpu.Execution;

/// <summary>Finds the highest logit of the only output while the product that makes the logits has them in its caches: each thread among the columns that it has just made.</summary>
internal sealed unsafe class TopTokenStep(CpuBuffer logits, int vocabulary, int threads)
    : ColumnStep(RowAxis.Outputs, AccessPattern.ByColumns(vocabulary, Unit), BufferAccess.Read(logits, AccessPattern.ByColumns(vocabulary, Unit)))
{
    private readonly Candidate[] _best = new Candidate[threads];

    /// <summary>Token of the highest logit of the last run, the lowest token among equals; -1 if no logit is a number above negative infinity.</summary>
    public int Token
    {
        get
        {
            var best = Candidate.None;
            foreach (var candidate in _best)
            {
                best = best.Or(candidate);
            }

            return best.Token;
        }
    }

    /// <summary>Forgets the last run. To be called before all threads run.</summary>
    public void Reset() => Array.Fill(_best, Candidate.None);

    protected override void RunColumns(in StepContext context, int row, int start, int end)
    {
        var values = logits.FloatRow(context.Thread, row) + start;
        var index = ArgMax.Of(new ReadOnlySpan<float>(values, end - start));
        if (index >= 0)
        {
            _best[context.Thread] = _best[context.Thread].Or(new Candidate(start + index, values[index]));
        }
    }

    /// <summary>A token and its logit.</summary>
    private readonly record struct Candidate(int Token, float Logit)
    {
        public static Candidate None => new(-1, float.NegativeInfinity);

        /// <summary>The higher of two; threads take parts in any order.</summary>
        public Candidate Or(Candidate other) => other.Logit > Logit || (other.Logit == Logit && (uint)other.Token < (uint)Token) ? other : this;
    }
}

using Lathe.Cpu.Execution;
using Lathe.Cpu.Tests.Inference;
using Lathe.Cpu.Tests.Ops;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Cpu.Tests.Execution;

public sealed unsafe class TopTokenStepTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 3)]
    [InlineData(320, 2)]
    [InlineData(5003, 3)]
    public void Finds_the_highest_logit_whoever_takes_which_part(int vocabulary, int threads)
    {
        var logits = Numbers.Normal(vocabulary, 1);
        for (var place = 0; place < vocabulary; place += 1 + (vocabulary / 40))
        {
            var marked = logits.ToArray();
            marked[place] = 100;
            Assert.Equal(place, Top(marked, threads));

            // Of equals the lower token, in whatever part the other one is.
            marked[^1] = 100;
            Assert.Equal(place, Top(marked, threads));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_no_candidate_is_not_found(float nothing)
    {
        Assert.Equal(-1, Top([.. Enumerable.Repeat(nothing, 200)], threads: 2));
        Assert.Equal(150, Top([.. Enumerable.Range(0, 200).Select(i => i == 150 ? -1e30f : nothing)], threads: 2));
    }

    [Theory]
    [InlineData("llama-q8_0", 1)]
    [InlineData("llama-q8_0", 3)]
    [InlineData("gemma3-iq4_xs", 2)]
    public void Sessions_know_their_top_token(string golden, int threads)
    {
        using var tiny = new TinyRuntime(threads: threads, golden: golden);
        using var session = tiny.Runtime.CreateSession();
        Assert.Throws<InvalidOperationException>(() => session.TopToken);
        session.Append(TinyRuntime.Tokens(11));
        using var other = session.Fork();
        for (var step = 0; step < 8; step++)
        {
            var expected = ArgMax.Of(session.Logits);
            session.Logits.Clear();
            Assert.Equal(expected, session.TopToken);
            session.Append(expected);
        }

        // In one batch each session has its own.
        Session.AppendTogether([new SessionTokens(session, new[] { 1 }, 1), new SessionTokens(other, new[] { 2, 3 }, 1)]);
        Assert.Equal(ArgMax.Of(session.Logits), session.TopToken);
        Assert.Equal(ArgMax.Of(other.Logits), other.TopToken);
    }

    /// <summary>Runs the parts in falling order, threads in turn, twice: the first run must be forgotten.</summary>
    private static int Top(float[] logits, int threads)
    {
        var value = new GraphValue(0, RowAxis.Outputs, logits.Length, logits.Length);
        var builder = new StepBuilder(new GraphShape(1, 1), threads, kv: null);
        var buffer = builder.Output(value, rowWise: false);
        var step = new TopTokenStep(buffer, logits.Length, threads);
        var division = Division.Guided(threads, rounds: 2);
        using var arena = ArenaPlanner.Bind([new Phase([new PlannedStep(step, null, null)], division)], [], buffer, threads);
        var batch = Values.Batch(1, outputs: 1);
        Run([.. Enumerable.Repeat(1000f, logits.Length)]);
        Run(logits);
        return step.Token;

        void Run(float[] rows)
        {
            rows.CopyTo(new Span<float>(buffer.FloatRow(0, 0), rows.Length));
            step.Reset();
            for (var part = division.Parts - 1; part >= 0; part--)
            {
                step.Run(new StepContext(batch, part % threads, division, part));
            }
        }
    }
}

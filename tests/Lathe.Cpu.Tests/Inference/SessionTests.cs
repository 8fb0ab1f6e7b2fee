using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Inference;

public sealed class SessionTests
{
    // Chunks of another size group the sums of a matrix product differently; nothing else may differ.
    private const float Rounding = 2e-2f;

    [Fact]
    public void Holding_a_longer_prefix_computes_only_what_is_new()
    {
        using var tiny = new TinyRuntime();
        using var session = tiny.Runtime.CreateSession();
        var tokens = TinyRuntime.Tokens(100);
        Assert.Equal(0, session.Hold(tokens.AsMemory(0, 70)));
        Assert.Equal(70, session.Hold(tokens));
        AssertClose(tiny.LogitsAfter(tokens), session.Logits);
    }

    [Fact]
    public void Holding_a_different_prefix_rolls_back_to_where_they_part()
    {
        using var tiny = new TinyRuntime();
        using var session = tiny.Runtime.CreateSession();
        var first = TinyRuntime.Tokens(150);
        int[] second = [.. first[..90], .. TinyRuntime.Tokens(20, seed: 2)];
        second[90] = (first[90] + 1) % 320;
        session.Hold(first);
        Assert.Equal(90, session.Hold(second));
        Assert.Equal(second, session.Tokens.ToArray());
        AssertClose(tiny.LogitsAfter(second), session.Logits);
    }

    [Fact]
    public void Holding_the_same_prefix_again_yields_its_logits()
    {
        using var tiny = new TinyRuntime();
        using var session = tiny.Runtime.CreateSession();
        var tokens = TinyRuntime.Tokens(65);
        session.Hold(tokens);
        var logits = session.Logits.ToArray();
        Assert.Equal(64, session.Hold(tokens));
        AssertClose(logits, session.Logits);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(130)]
    public void A_fork_shares_pages_until_one_of_the_two_goes_on(int length)
    {
        using var tiny = new TinyRuntime();
        using var session = tiny.Runtime.CreateSession();
        var tokens = TinyRuntime.Tokens(length);
        session.Append(tokens);
        var pages = tiny.Runtime.Pool.PagesInUse;
        using (var fork = session.Fork())
        {
            Assert.Equal(pages, tiny.Runtime.Pool.PagesInUse);
            AssertClose(session.Logits.ToArray(), fork.Logits);
            int[] left = [.. tokens, 5, 6], right = [.. tokens, 7, 8];
            fork.Append(new[] { 7, 8 });
            session.Append(new[] { 5, 6 });
            AssertClose(tiny.LogitsAfter(left), session.Logits);
            AssertClose(tiny.LogitsAfter(right), fork.Logits);
        }

        Assert.Equal((length + 2 + KvLayout.PageTokens - 1) / KvLayout.PageTokens, tiny.Runtime.Pool.PagesInUse);
    }

    [Fact]
    public void Sessions_in_one_batch_agree_with_sessions_alone()
    {
        using var tiny = new TinyRuntime();
        int[][] prompts = [TinyRuntime.Tokens(70, 1), TinyRuntime.Tokens(3, 2), TinyRuntime.Tokens(129, 3)];
        var sessions = prompts.Select(_ => tiny.Runtime.CreateSession()).ToArray();
        sessions[0].Append(prompts[0].AsMemory(0, 69));
        sessions[2].Append(prompts[2].AsMemory(0, 100));

        // One decoded token, one whole prompt and the end of another prompt in the same batch.
        Session.AppendTogether(
        [
            new SessionTokens(sessions[0], prompts[0].AsMemory(69), 1),
            new SessionTokens(sessions[1], prompts[1], 1),
            new SessionTokens(sessions[2], prompts[2].AsMemory(100), 1),
        ]);
        for (var i = 0; i < prompts.Length; i++)
        {
            AssertClose(tiny.LogitsAfter(prompts[i]), sessions[i].Logits);
            sessions[i].Dispose();
        }

        Assert.Equal(0, tiny.Runtime.Pool.PagesInUse);
    }

    [Fact]
    public void Cancelling_leaves_the_session_usable()
    {
        using var tiny = new TinyRuntime(new RuntimeOptions { ChunkTokens = 16 });
        using var session = tiny.Runtime.CreateSession();
        using var cancellation = new CancellationTokenSource();
        var tokens = TinyRuntime.Tokens(100);
        var chunks = 0;
        Assert.Throws<OperationCanceledException>(() => session.Append(tokens, (_, _) => CancelAfter(32), cancellation.Token));
        Assert.Equal(32, session.Length);
        session.Hold(tokens);
        AssertClose(tiny.LogitsAfter(tokens), session.Logits);

        void CancelAfter(int count)
        {
            if (++chunks == count)
            {
                cancellation.Cancel();
            }
        }
    }

    [Fact]
    public void A_full_pool_is_a_clear_error_and_the_session_goes_on_when_there_is_room()
    {
        using var tiny = new TinyRuntime(new RuntimeOptions { KvPages = 2 });
        using var first = tiny.Runtime.CreateSession();
        var second = tiny.Runtime.CreateSession();
        first.Append(TinyRuntime.Tokens(64));
        second.Append(TinyRuntime.Tokens(64));
        Assert.Contains("2 pages", Assert.Throws<KvPoolExhaustedException>(() => first.Append(1)).Message);
        Assert.Equal(64, first.Length);
        second.Dispose();
        first.Append(1);
        using var roomy = new TinyRuntime();
        AssertClose(roomy.LogitsAfter([.. TinyRuntime.Tokens(64), 1]), first.Logits);
    }

    [Fact]
    public void Too_many_tokens_and_unknown_tokens_are_refused_before_anything_is_computed()
    {
        using var tiny = new TinyRuntime(new RuntimeOptions { ContextLength = 50 });
        using var session = tiny.Runtime.CreateSession();
        Assert.Throws<ContextExceededException>(() => session.Append(TinyRuntime.Tokens(51)));
        Assert.Throws<ArgumentException>(() => session.Append(320));
        Assert.Throws<ArgumentException>(() => session.Append(-1));
        Assert.Equal(0, session.Length);
        Assert.Throws<InvalidOperationException>(() => session.Logits.Length);
    }

    [Theory]
    [InlineData(1, "llama-q8_0")]
    [InlineData(2, "llama-q8_0")]
    [InlineData(3, "llama-q8_0")]
    [InlineData(2, "gpt-oss-q8_0-mxfp4")]
    [InlineData(2, "gemma3-q8_0")]
    public void A_decoded_token_allocates_nothing(int threads, string golden)
    {
        using var tiny = new TinyRuntime(threads: threads, golden: golden);
        using var session = tiny.Runtime.CreateSession();
        session.Append(TinyRuntime.Tokens(60));
        session.Append(1);
        var own = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            session.Append(i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - own);
    }

    [Theory]
    [InlineData(KvElementType.F32, 1e-3f)]
    [InlineData(KvElementType.F16, 1e-2f)]
    [InlineData(KvElementType.Q8_0, 1e-1f)]
    public void Every_kind_of_cache_agrees_with_f32(KvElementType type, float tolerance)
    {
        var tokens = TinyRuntime.Tokens(130);
        using var exact = new TinyRuntime(new RuntimeOptions { KvElementType = KvElementType.F32, Policy = RoutePolicy.Create(rules: ["cpu.matmul.reference=on"]) });
        using var tiny = new TinyRuntime(new RuntimeOptions { KvElementType = type, Policy = RoutePolicy.Create(rules: ["cpu.matmul.reference=on"]) });
        AssertClose(exact.LogitsAfter(tokens), tiny.LogitsAfter(tokens), tolerance);
        Assert.Empty(tiny.Backend.Routes.Unusable);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance = Rounding)
    {
        Assert.Equal(expected.Length, actual.Length);
        double sum = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            sum += Math.Pow(expected[i] - actual[i], 2);
        }

        Assert.InRange(Math.Sqrt(sum / expected.Length), 0, tolerance);
    }
}

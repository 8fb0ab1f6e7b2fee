using Lathe.Benchmarking;
using Lathe.Cpu;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Tests.Benchmarking;

public class FrontierWalkTests
{
    private static readonly int[] s_prompt = [.. Enumerable.Range(0, 200).Select(i => (i * 7) % 300)];

    [Fact]
    public void Each_frontier_adds_its_part_of_the_prompt_and_generates_where_it_stands()
    {
        using var model = new RecordedModel();
        using var session = model.Runtime.CreateSession();
        var points = new FrontierWalk(model.Runtime).Walk(session, s_prompt, [16, 48, 130], generatedTokens: 2).ToList();
        Assert.Equal([(16, 16, 2), (48, 32, 2), (130, 82, 2)], points.Select(point => (point.ContextTokens, point.PrefillTokens, point.GeneratedTokens)));
        Assert.Equal(
            [(0, 16), (16, 1), (0, 16), (16, 1), (17, 1), (16, 32), (48, 1), (49, 1), (48, 82), (130, 1), (131, 1)],
            model.Backend.Batches.Select(batch => (batch.Position, batch.Tokens.Length)));
        var page = model.Runtime.Pool.Storage.Layout.PageBytes;
        Assert.Equal([page, page, 3 * page], points.Select(point => point.KvCacheBytes));
    }

    [Fact]
    public void What_is_generated_never_ends_the_text()
    {
        using var model = new RecordedModel();
        using var session = model.Runtime.CreateSession();

        // All logits are equal: the lowest token that is allowed is the likeliest.
        Assert.Single(new FrontierWalk(model.Runtime, new HashSet<int> { 0, 1 }).Walk(session, s_prompt, [10], generatedTokens: 1));
        Assert.Equal(2, Assert.Single(model.Backend.Batches[^1].Tokens));
    }

    [Fact]
    public void Generating_on_the_way_does_not_change_where_the_walk_arrives()
    {
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "gemma3-q8_0.gguf"));
        using var backend = new CpuBackend(1);
        using var runtime = new ModelRuntime(Model.Load(file), backend, new RuntimeOptions { ContextLength = 256, KvPages = 16 });
        Assert.Equal(LogitsAfterWalk(generatedTokens: 0), LogitsAfterWalk(generatedTokens: 9));

        float[] LogitsAfterWalk(int generatedTokens)
        {
            using var session = runtime.CreateSession();
            Assert.Equal(3, new FrontierWalk(runtime).Walk(session, s_prompt, [40, 64, 150], generatedTokens).Count());
            Assert.Equal(150, session.Length);
            session.Append(s_prompt[150]);
            return session.Logits.ToArray();
        }
    }

    [Fact]
    public void Frontiers_rise_and_the_prompt_reaches_the_last()
    {
        using var model = new RecordedModel();
        using var session = model.Runtime.CreateSession();
        var walk = new FrontierWalk(model.Runtime);
        Assert.Throws<ArgumentException>(() => walk.Walk(session, s_prompt, [32, 32], 1).ToList());
        Assert.Throws<ArgumentException>(() => walk.Walk(session, s_prompt, [0, 32], 1).ToList());
        Assert.Throws<ArgumentException>(() => walk.Walk(session, s_prompt, [], 1).ToList());
        Assert.Throws<ArgumentException>(() => walk.Walk(session, s_prompt, [201], 1).ToList());
    }
}

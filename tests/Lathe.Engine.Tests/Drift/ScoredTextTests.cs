using Lathe.Engine.Drift;
using Lathe.Engine.Inference;

namespace Lathe.Engine.Tests.Drift;

public sealed class ScoredTextTests
{
    [Fact]
    public void Whole_chunks_are_kept_and_each_begins_as_a_text_does()
    {
        var text = new ScoredText([1, 2, 3, 4, 5, 6, 7, 8, 9], chunkTokens: 4, beginning: 99);
        Assert.Equal([99, 2, 3, 4, 99, 6, 7, 8], text.Tokens.ToArray());
        Assert.Equal((2, 2, 1), (text.ChunkCount, text.FirstScored, text.ScoredPerChunk));
        Assert.Equal([1, 2, 3, 4], new ScoredText([1, 2, 3, 4, 5, 6, 7, 8], 4, null, mostChunks: 1).Tokens.ToArray());
        Assert.Throws<ArgumentException>(() => new ScoredText([1, 2, 3], 4, null));

        // The rule of the perplexity that others publish: of 512 tokens, rows 256 to 510 score tokens 257 to 511.
        var usual = new ScoredText(new int[512], 512, null);
        Assert.Equal((256, 255), (usual.FirstScored, usual.ScoredPerChunk));
    }

    [Fact]
    public void A_runtime_is_fitted_to_the_chunks_that_go_together()
    {
        var options = new ScoredText(new int[1280], 128, null).Fit(new RuntimeOptions());
        Assert.Equal((128, 4 * 3), (options.ContextLength, options.KvPages));
    }
}

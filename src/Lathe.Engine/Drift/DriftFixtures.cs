using Lathe.Engine.Graphs;
using Lathe.Engine.Models;

namespace Lathe.Engine.Drift;

/// <summary>The prompts that every model is compared under. Their lengths are chosen so that kernels for one token, for few and for many run, with and
/// without a rest behind their tiles of 8, 16, 32 and 64 tokens, within a chunk and over its edge, and past every window.</summary>
public static class DriftFixtures
{
    private const int ChunkTokens = 512;

    /// <summary>The fixtures that fit into the model's context.</summary>
    /// <param name="source">At least one token to take prompts from, repeated as needed; null for pseudo-random ones.</param>
    public static IReadOnlyList<DriftFixture> For(Model model, int[]? source = null)
    {
        var fixtures = new List<DriftFixture>
        {
            Of(1), Of(17), Of(33), Of(64), Of(97), Of(ChunkTokens + 17), Of(97) with { Name = "97-chunked", ChunkTokens = 41 },
        };

        // Of a shorter window the longest of these already runs out.
        if (LongestWindow(model) is { } window && window + 33 > ChunkTokens + 17)
        {
            fixtures.Add(Of(window + 33) with { Name = "past-window" });
        }

        return [.. fixtures.Where(fixture => fixture.Tokens.Length + DriftFixture.DecodedTokens <= model.HyperParameters.ContextLength)];

        DriftFixture Of(int count) => new($"{count}", Take(count));

        int[] Take(int count)
        {
            var tokens = source ?? PseudoRandom(model.HyperParameters.VocabularySize, ChunkTokens);
            return [.. Enumerable.Range(0, count).Select(i => tokens[i % tokens.Length])];
        }
    }

    /// <summary>The longest window of the model's layers, or null if all of them see everything.</summary>
    public static int? LongestWindow(Model model) => model.Graph.Nodes.OfType<AttentionNode>().Max(node => node.Attention.Window);

    /// <summary>The same tokens on every machine: the upper bits of Knuth's 64-bit linear congruential generator.</summary>
    public static int[] PseudoRandom(int vocabulary, int count)
    {
        var tokens = new int[count];
        var state = 1UL;
        for (var i = 0; i < count; i++)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            tokens[i] = (int)((state >> 33) % (ulong)vocabulary);
        }

        return tokens;
    }
}

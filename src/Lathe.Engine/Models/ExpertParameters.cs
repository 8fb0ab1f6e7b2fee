namespace Lathe.Engine.Models;

/// <summary>The numbers of a mixture of experts.</summary>
/// <param name="Count">Experts per layer.</param>
/// <param name="Used">Experts that compute each token.</param>
/// <param name="Width">Inner width of an expert.</param>
internal sealed record ExpertParameters(int Count, int Used, int Width)
{
    private const int Softmax = 1;
    private const int SoftmaxOverSelected = 3;

    /// <summary>Reads the numbers; the router's weights must be a softmax over the experts that were selected, which is also what a softmax over all
    /// comes to when the selected ones are scaled to a sum of 1.</summary>
    public static ExpertParameters Read(ModelMetadata metadata, HyperParameters h)
    {
        var count = metadata.Count("expert_count");
        var used = metadata.Count("expert_used_count");
        if (used > count)
        {
            throw new ModelLoadException($"{metadata.Architecture}.expert_used_count is {used}, expected at most the {count} experts that there are");
        }

        var gating = metadata.Count("expert_gating_func", Softmax);
        var scale = metadata.Number("expert_weights_scale", 1);
        if (gating is not Softmax and not SoftmaxOverSelected || !metadata.Flag("expert_weights_norm", true) || scale is not 0 and not 1)
        {
            throw new ModelLoadException(
                $"the file weighs its experts by gating function {gating} with a scale of {scale}, and Lathe runs {metadata.Architecture} with a softmax over the selected experts only");
        }

        var width = metadata.Count("expert_feed_forward_length", h.FeedForwardWidth);
        return (long)used * Math.Max(width, h.EmbeddingWidth) <= ModelMetadata.LargestCount
            ? new ExpertParameters(count, used, width)
            : throw new ModelLoadException($"{used} experts of {Math.Max(width, h.EmbeddingWidth)} values per token are more than any model has");
    }
}

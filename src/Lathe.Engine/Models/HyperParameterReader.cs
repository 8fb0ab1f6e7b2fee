namespace Lathe.Engine.Models;

/// <summary>Reads what all transformer families state in the same keys.</summary>
internal static class HyperParameterReader
{
    /// <param name="metadata">The architecture's keys.</param>
    /// <param name="vocabularySize">Rows of the embedding table.</param>
    public static HyperParameters Read(ModelMetadata metadata, int vocabularySize)
    {
        var embedding = metadata.Count("embedding_length");
        var heads = metadata.Count("attention.head_count");
        var keyValueHeads = metadata.Count("attention.head_count_kv", heads);
        if (heads % keyValueHeads != 0)
        {
            throw new ModelLoadException($"{heads} query heads cannot share {keyValueHeads} KV heads evenly");
        }

        var headDim = metadata.Count("attention.key_length", embedding % heads == 0 ? embedding / heads : null);
        return new HyperParameters
        {
            LayerCount = metadata.Count("block_count"),
            EmbeddingWidth = embedding,
            FeedForwardWidth = metadata.Count("feed_forward_length"),
            HeadCount = heads,
            KvHeadCount = keyValueHeads,
            HeadDim = headDim,
            ValueDim = metadata.Count("attention.value_length", headDim),
            VocabularySize = vocabularySize,
            ContextLength = metadata.Count("context_length"),
            NormEpsilon = (float)metadata.Number("attention.layer_norm_rms_epsilon"),
        };
    }

    /// <param name="frequencyFactors">Divisors of the frequencies that the file brings as a tensor, or null.</param>
    public static RopeParameters ReadRope(ModelMetadata metadata, HyperParameters h, RopeStyle style, Weight? frequencyFactors = null)
    {
        var dims = metadata.Count("rope.dimension_count", h.HeadDim);
        if (dims % 2 != 0 || dims > h.HeadDim)
        {
            throw new ModelLoadException($"{metadata.Architecture}.rope.dimension_count is {dims}, expected an even count up to the head width {h.HeadDim}");
        }

        var frequencyBase = metadata.Number("rope.freq_base", 10000);
        var factor = metadata.Number("rope.scaling.factor", metadata.Number("rope.scale_linear", 0));
        if (frequencyBase <= 0 || factor < 0)
        {
            throw new ModelLoadException($"rope base {frequencyBase} and scaling factor {factor} must be positive");
        }

        return (metadata.Text("rope.scaling.type") ?? "linear") switch
        {
            "none" => new RopeParameters(style, dims, frequencyBase, 1, frequencyFactors),
            "linear" => new RopeParameters(style, dims, frequencyBase, factor == 0 ? 1 : 1 / factor, frequencyFactors),
            var other => throw new ModelLoadException($"{metadata.Architecture}.rope.scaling.type is '{other}', which Lathe does not support for this family"),
        };
    }
}

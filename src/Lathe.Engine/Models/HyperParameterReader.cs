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
        var valueDim = metadata.Count("attention.value_length", headDim);
        if ((long)heads * Math.Max(headDim, valueDim) > ModelMetadata.LargestCount)
        {
            throw new ModelLoadException($"{heads} heads of {Math.Max(headDim, valueDim)} values are more than the {ModelMetadata.LargestCount} that any model has");
        }

        return new HyperParameters
        {
            LayerCount = metadata.Count("block_count"),
            EmbeddingWidth = embedding,
            FeedForwardWidth = metadata.Count("feed_forward_length"),
            HeadCount = heads,
            KvHeadCount = keyValueHeads,
            HeadDim = headDim,
            ValueDim = valueDim,
            VocabularySize = vocabularySize,
            ContextLength = metadata.Count("context_length"),
            NormEpsilon = (float)metadata.Number("attention.layer_norm_rms_epsilon"),
        };
    }

    /// <summary>Which layers see only a window of tokens.</summary>
    /// <param name="period">The family's own pattern: every so many layers the last one sees everything.</param>
    public static bool[] ReadWindowedLayers(ModelMetadata metadata, HyperParameters h, int period)
    {
        const string Key = "attention.sliding_window_pattern";
        if (metadata.Booleans(Key) is { } layers)
        {
            return layers.Length == h.LayerCount
                ? layers
                : throw new ModelLoadException($"{metadata.Architecture}.{Key} has {layers.Length} entries for {h.LayerCount} layers");
        }

        period = metadata.Count(Key, period);
        return [.. Enumerable.Range(0, h.LayerCount).Select(layer => layer % period < period - 1)];
    }
}

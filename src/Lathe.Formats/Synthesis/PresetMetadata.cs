using Lathe.Formats.Gguf;

namespace Lathe.Formats.Synthesis;

/// <summary>The metadata of a preset.</summary>
internal static class PresetMetadata
{
    public static void Write(GgufWriter writer, ModelPreset preset, GgmlType type)
    {
        var architecture = preset.Architecture;
        writer.Add("general.architecture", architecture);
        writer.Add("general.name", $"{preset.Name} with random weights");
        writer.Add("general.quantization_version", 2u);
        if (FileTypeOf(type) is { } fileType)
        {
            writer.Add("general.file_type", fileType);
        }

        AddCount("context_length", preset.Context);
        AddCount("embedding_length", preset.Embedding);
        AddCount("block_count", preset.Layers);
        AddCount("feed_forward_length", preset.FeedForward);
        AddCount("attention.head_count", preset.Heads);
        AddCount("attention.head_count_kv", preset.KvHeads);
        AddCount("attention.key_length", preset.HeadDim);
        AddCount("attention.value_length", preset.HeadDim);
        AddCount("rope.dimension_count", preset.HeadDim);
        AddCount("vocab_size", preset.Vocabulary);
        writer.Add($"{architecture}.rope.freq_base", preset.RopeBase);
        writer.Add($"{architecture}.attention.layer_norm_rms_epsilon", preset.NormEpsilon);
        if (preset.SlidingWindow > 0)
        {
            AddCount("attention.sliding_window", preset.SlidingWindow);
        }

        if (preset.RopeScaling is var (scaling, factor, originalContext))
        {
            writer.Add($"{architecture}.rope.scaling.type", scaling);
            writer.Add($"{architecture}.rope.scaling.factor", factor);
            if (originalContext is { } tokens)
            {
                AddCount("rope.scaling.original_context_length", tokens);
            }
        }

        if (preset.LongRopeOriginalContext > 0)
        {
            AddCount("rope.scaling.original_context_length", preset.LongRopeOriginalContext);
        }

        if (preset.Experts > 0)
        {
            AddCount("expert_count", preset.Experts);
            AddCount("expert_used_count", preset.ExpertsUsed);
            AddCount("expert_feed_forward_length", preset.ExpertFeedForward);
        }

        SyntheticVocabulary.Write(writer, preset);

        void AddCount(string key, int value) => writer.Add($"{architecture}.{key}", (uint)value);
    }

    /// <summary><c>general.file_type</c>: the number of the mixture that a type gives its name to; none for types without one.</summary>
    private static uint? FileTypeOf(GgmlType type) => type switch
    {
        GgmlType.F32 => 0,
        GgmlType.F16 => 1,
        GgmlType.Q4_0 => 2,
        GgmlType.Q4_1 => 3,
        GgmlType.Q8_0 => 7,
        GgmlType.Q5_0 => 8,
        GgmlType.Q5_1 => 9,
        GgmlType.Q2_K => 10,
        GgmlType.Q3_K => 12,
        GgmlType.Q4_K => 15,
        GgmlType.Q5_K => 17,
        GgmlType.Q6_K => 18,
        GgmlType.BF16 => 32,
        GgmlType.MXFP4 => 38,
        _ => null,
    };
}

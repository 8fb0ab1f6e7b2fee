using Lathe.Formats.Gguf;
using Lathe.Formats.Synthesis;
using Lathe.Tests.Shared;

namespace Lathe.Tests.Memory;

/// <summary>A llama model of almost 8 billion parameters, all of them zero, with the vocabulary of the built-in model.</summary>
internal static class SparseModel
{
    private static readonly byte[] s_zeros = new byte[1 << 20];

    public static void Write(string path)
    {
        var preset = ModelPresets.Find("llama-8b")! with { Layers = 36, Vocabulary = 8192 };
        using var tales = GgufFile.Open(Repository.TalesModel);
        var writer = new GgufWriter();
        writer.Add("general.architecture", "llama");
        Add("block_count", preset.Layers);
        Add("context_length", 4096);
        Add("embedding_length", preset.Embedding);
        Add("feed_forward_length", preset.FeedForward);
        Add("attention.head_count", preset.Heads);
        Add("attention.head_count_kv", preset.KvHeads);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        foreach (var key in tales.Metadata.Keys.Where(key => key.StartsWith("tokenizer.", StringComparison.Ordinal)))
        {
            writer.Copy(key, tales.Metadata);
        }

        foreach (var tensor in new SyntheticModel(preset, GgmlType.Q8_0).Tensors)
        {
            writer.AddTensor(tensor.Name, tensor.Type, tensor.Shape, stream =>
            {
                for (var missing = tensor.ByteSize; missing > 0; missing -= s_zeros.Length)
                {
                    stream.Write(s_zeros.AsSpan(0, (int)Math.Min(missing, s_zeros.Length)));
                }
            });
        }

        using var file = new SparseStream(path);
        writer.Write(file);

        void Add(string key, int value) => writer.Add($"llama.{key}", (uint)value);
    }
}

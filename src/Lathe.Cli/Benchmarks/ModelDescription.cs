using Lathe.Cli.Output;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;

namespace Lathe.Cli.Benchmarks;

/// <summary>What a model is called in tables of results: as llama-bench calls it where it has a name for that size and mixture of types, so that
/// results of both can be laid side by side; otherwise what the file itself shows.</summary>
internal sealed class ModelDescription
{
    // Family, layers and, where several sizes have as many layers, what tells them apart.
    private static readonly (string Architecture, int Layers, Func<HyperParameters, bool>? Which, string Size)[] s_sizes =
    [
        ("llama", 16, null, "1B"), ("llama", 22, null, "1B"), ("llama", 26, null, "3B"), ("llama", 28, null, "3B"),
        ("llama", 32, h => h.VocabularySize < 40000, "7B"), ("llama", 32, null, "8B"), ("llama", 40, null, "13B"), ("llama", 80, null, "70B"),
        ("qwen2", 24, h => h.EmbeddingWidth == 1024, "0.5B"), ("qwen2", 24, null, "1B"),
        ("qwen2", 28, h => h.EmbeddingWidth == 1536, "1.5B"), ("qwen2", 28, null, "7B"), ("qwen2", 32, null, "7B"), ("qwen2", 36, null, "3B"),
        ("qwen2", 40, h => h.HeadCount == 20, "4B"), ("qwen2", 40, null, "13B"), ("qwen2", 48, null, "14B"), ("qwen2", 64, null, "32B"), ("qwen2", 80, null, "70B"),
        ("qwen3", 28, h => h.EmbeddingWidth == 1024, "0.6B"), ("qwen3", 28, null, "1.7B"),
        ("qwen3", 36, h => h.EmbeddingWidth == 2560, "4B"), ("qwen3", 36, null, "8B"), ("qwen3", 40, null, "14B"), ("qwen3", 64, null, "32B"),
        ("qwen3moe", 48, null, "30B.A3B"), ("qwen3moe", 94, null, "235B.A22B"),
        ("gemma2", 26, null, "2B"), ("gemma2", 42, null, "9B"), ("gemma2", 46, null, "27B"),
        ("gemma3", 18, null, "270M"), ("gemma3", 26, null, "1B"), ("gemma3", 34, null, "4B"), ("gemma3", 48, null, "12B"), ("gemma3", 62, null, "27B"),
        ("phi3", 32, null, "3B"), ("phi3", 40, null, "14B"),
        ("gpt-oss", 24, null, "20B"), ("gpt-oss", 36, null, "120B"),
    ];

    // general.file_type: the mixture that the file was quantised to.
    private static readonly (long FileType, string Name)[] s_mixtures =
    [
        (0, "all F32"), (1, "F16"), (2, "Q4_0"), (3, "Q4_1"), (7, "Q8_0"), (8, "Q5_0"), (9, "Q5_1"), (10, "Q2_K - Medium"), (11, "Q3_K - Small"),
        (12, "Q3_K - Medium"), (13, "Q3_K - Large"), (14, "Q4_K - Small"), (15, "Q4_K - Medium"), (16, "Q5_K - Small"), (17, "Q5_K - Medium"), (18, "Q6_K"),
        (19, "IQ2_XXS - 2.0625 bpw"), (20, "IQ2_XS - 2.3125 bpw"), (21, "Q2_K - Small"), (22, "IQ3_XS - 3.3 bpw"), (23, "IQ3_XXS - 3.0625 bpw"),
        (24, "IQ1_S - 1.5625 bpw"), (25, "IQ4_NL - 4.5 bpw"), (26, "IQ3_S - 3.4375 bpw"), (27, "IQ3_S mix - 3.66 bpw"), (28, "IQ2_S - 2.5 bpw"),
        (29, "IQ2_M - 2.7 bpw"), (30, "IQ4_XS - 4.25 bpw"), (31, "IQ1_M - 1.75 bpw"), (32, "BF16"), (36, "TQ1_0 - 1.69 bpw ternary"),
        (37, "TQ2_0 - 2.06 bpw ternary"), (38, "MXFP4 MoE"),
    ];

    public ModelDescription(Model model)
    {
        Bytes = model.File.Tensors.Sum(tensor => tensor.ByteSize);
        Parameters = model.File.Tensors.Sum(tensor => tensor.Shape.ElementCount);
        var architecture = model.Family.Architecture;
        var h = model.HyperParameters;
        var size = s_sizes.FirstOrDefault(known => known.Architecture == architecture && known.Layers == h.LayerCount && known.Which?.Invoke(h) != false).Size;
        Type = $"{architecture} {size ?? Quantity.Parameters(Parameters)} {Mixture(model.File)}";
    }

    /// <summary>Family, size and mixture of types: <c>qwen2 1.5B Q4_K - Medium</c>.</summary>
    public string Type { get; }

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes { get; }

    /// <summary>Elements of all tensors.</summary>
    public long Parameters { get; }

    /// <summary>What the file says; the type of most bytes if it says nothing.</summary>
    private static string Mixture(GgufFile file) =>
        file.Metadata.TryGetInteger("general.file_type", out var number) && s_mixtures.FirstOrDefault(mixture => mixture.FileType == number).Name is { } name
            ? name
            : GgmlTypeInfo.Of(file.Tensors.GroupBy(tensor => tensor.Type).MaxBy(group => group.Sum(tensor => tensor.ByteSize))!.Key).Name;
}

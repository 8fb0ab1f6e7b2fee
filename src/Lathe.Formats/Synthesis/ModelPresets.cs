namespace Lathe.Formats.Synthesis;

/// <summary>The shapes that can be made, as their makers published them, and a tiny one of each family.</summary>
public static class ModelPresets
{
    private static readonly ModelPreset s_llama = new()
    {
        Name = "llama-8b",
        Architecture = "llama",
        Layers = 32,
        Embedding = 4096,
        FeedForward = 14336,
        Heads = 32,
        KvHeads = 8,
        HeadDim = 128,
        Vocabulary = 128256,
        Context = 131072,
        NormEpsilon = 1e-5f,
        RopeBase = 500000,
        PreTokenizer = "llama-bpe",
        AddsBos = true,
        HasFrequencyFactors = true,
    };

    private static readonly ModelPreset s_qwen2 = new()
    {
        Name = "qwen2-7b",
        Architecture = "qwen2",
        Layers = 28,
        Embedding = 3584,
        FeedForward = 18944,
        Heads = 28,
        KvHeads = 4,
        HeadDim = 128,
        Vocabulary = 152064,
        Context = 32768,
        NormEpsilon = 1e-6f,
        RopeBase = 1000000,
        PreTokenizer = "qwen2",
        HasQkvBias = true,
    };

    private static readonly ModelPreset s_qwen3 = new()
    {
        Name = "qwen3-4b",
        Architecture = "qwen3",
        Layers = 36,
        Embedding = 2560,
        FeedForward = 9728,
        Heads = 32,
        KvHeads = 8,
        HeadDim = 128,
        Vocabulary = 151936,
        Context = 40960,
        NormEpsilon = 1e-6f,
        RopeBase = 1000000,
        PreTokenizer = "qwen2",
        IsTied = true,
        HasQkNorm = true,
    };

    private static readonly ModelPreset s_qwen3Moe = s_qwen3 with
    {
        Name = "qwen3moe-30b-a3b",
        Architecture = "qwen3moe",
        Layers = 48,
        Embedding = 2048,
        FeedForward = 6144,
        KvHeads = 4,
        IsTied = false,
        Experts = 128,
        ExpertsUsed = 8,
        ExpertFeedForward = 768,
    };

    private static readonly ModelPreset s_gemma3 = new()
    {
        Name = "gemma3-4b",
        Architecture = "gemma3",
        Layers = 34,
        Embedding = 2560,
        FeedForward = 10240,
        Heads = 8,
        KvHeads = 4,
        HeadDim = 256,
        Vocabulary = 262144,
        Context = 131072,
        NormEpsilon = 1e-6f,
        RopeBase = 1000000,
        PreTokenizer = "gpt-2",
        IsTied = true,
        AddsBos = true,
        HasQkNorm = true,
        HasBranchNorms = true,
        SlidingWindow = 1024,
        RopeScaling = ("linear", 8, null),
    };

    private static readonly ModelPreset s_gemma2 = new()
    {
        Name = "gemma2-2b",
        Architecture = "gemma2",
        Layers = 26,
        Embedding = 2304,
        FeedForward = 9216,
        Heads = 8,
        KvHeads = 4,
        HeadDim = 256,
        Vocabulary = 256000,
        Context = 8192,
        NormEpsilon = 1e-6f,
        RopeBase = 10000,
        PreTokenizer = "gpt-2",
        IsTied = true,
        AddsBos = true,
        HasBranchNorms = true,
        SlidingWindow = 4096,
    };

    private static readonly ModelPreset s_phi3 = new()
    {
        Name = "phi3.5-mini",
        Architecture = "phi3",
        Layers = 32,
        Embedding = 3072,
        FeedForward = 8192,
        Heads = 32,
        KvHeads = 32,
        HeadDim = 96,
        Vocabulary = 32064,
        Context = 131072,
        NormEpsilon = 1e-5f,
        RopeBase = 10000,
        PreTokenizer = "gpt-2",
        HasFusedProjections = true,
        LongRopeOriginalContext = 4096,
    };

    private static readonly ModelPreset s_gptOss = new()
    {
        Name = "gpt-oss-20b",
        Architecture = "gpt-oss",
        Layers = 24,
        Embedding = 2880,
        FeedForward = 2880,
        Heads = 64,
        KvHeads = 8,
        HeadDim = 64,
        Vocabulary = 201088,
        Context = 131072,
        NormEpsilon = 1e-5f,
        RopeBase = 150000,
        PreTokenizer = "gpt-4o",
        HasQkvBias = true,
        HasOutputBias = true,
        HasSinks = true,
        SlidingWindow = 128,
        RopeScaling = ("yarn", 32, 4096),
        Experts = 32,
        ExpertsUsed = 4,
        ExpertFeedForward = 2880,
        FeedForwardNorm = "post_attention_norm",
    };

    public static IReadOnlyList<ModelPreset> All { get; } =
    [
        s_llama,
        s_qwen2 with { Name = "qwen2-1.5b", Embedding = 1536, FeedForward = 8960, Heads = 12, KvHeads = 2, Vocabulary = 151936, IsTied = true },
        s_qwen2 with { Name = "qwen2-3b", Layers = 36, Embedding = 2048, FeedForward = 11008, Heads = 16, KvHeads = 2, Vocabulary = 151936, IsTied = true },
        s_qwen2,
        s_qwen3,
        s_qwen3Moe,
        s_gemma3,
        s_gemma3 with { Name = "gemma3-12b", Layers = 48, Embedding = 3840, FeedForward = 15360, Heads = 16, KvHeads = 8 },
        s_gemma2,
        s_phi3,
        s_gptOss,
        s_gptOss with { Name = "gpt-oss-120b", Layers = 36, Experts = 128 },
        Tiny(s_llama, "tiny-llama"),
        Tiny(s_qwen2, "tiny-qwen2") with { IsTied = true },
        Tiny(s_qwen3, "tiny-qwen3"),
        Tiny(s_qwen3Moe, "tiny-qwen3moe") with { Experts = 8, ExpertsUsed = 2, ExpertFeedForward = 256 },
        Tiny(s_gemma3, "tiny-gemma3") with { Layers = 7, SlidingWindow = 16 },
        Tiny(s_gemma2, "tiny-gemma2") with { SlidingWindow = 16 },
        Tiny(s_phi3, "tiny-phi3") with { LongRopeOriginalContext = 1024 },
        Tiny(s_llama, "tiny-mixtral") with { HasFrequencyFactors = false, Experts = 4, ExpertsUsed = 2, ExpertFeedForward = 512 },
        Tiny(s_gptOss, "tiny-gpt-oss") with { FeedForward = 256, SlidingWindow = 16, Experts = 8, ExpertsUsed = 2, ExpertFeedForward = 256 },
    ];

    /// <summary>The preset of this name, or null.</summary>
    public static ModelPreset? Find(string name) => All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Everything that makes the family what it is, in a file of a few hundred kilobytes. Widths are multiples of 256, so that every block
    /// type fits.</summary>
    private static ModelPreset Tiny(ModelPreset family, string name) => family with
    {
        Name = name,
        Layers = 2,
        Embedding = 256,
        FeedForward = 512,
        Heads = 4,
        KvHeads = 2,
        HeadDim = 64,
        Vocabulary = 512,
        Context = 4096,
    };
}

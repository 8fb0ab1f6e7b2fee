namespace Lathe.Engine.Models;

/// <summary>Every architecture that Lathe runs. A new family is one file and one line here.</summary>
public static class ModelFamilies
{
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        LlamaFamily.Family,
        Qwen2Family.Family,
        Qwen3Family.Family,
        Qwen3MoeFamily.Family,
        GptOssFamily.Family,
        Gemma3Family.Family,
        Phi3Family.Family,
        Gemma2Family.Family,
    ];

    /// <exception cref="ModelLoadException">Lathe does not know the architecture.</exception>
    public static ModelFamily Get(string architecture) =>
        All.FirstOrDefault(family => family.Architecture == architecture)
            ?? throw new ModelLoadException($"the model's architecture is '{architecture}'; Lathe runs {string.Join(", ", All.Select(family => family.Architecture))}");
}

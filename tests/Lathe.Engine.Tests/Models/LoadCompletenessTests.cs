using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using Lathe.Formats.Synthesis;

namespace Lathe.Engine.Tests.Models;

/// <summary>Every family with every weight type loads to the last tensor, and nothing may be missing or left over.</summary>
public sealed class LoadCompletenessTests : IDisposable
{
    /// <summary>Tensors without which a file of some family is a sound model too.</summary>
    private static readonly string[] s_optional =
    [
        "output.weight", // the embedding table serves
        "rope_freqs.weight",
        "rope_factors_long.weight", // only the set that the context needs; the other one is known and ignored
        "rope_factors_short.weight",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("lathe-load-").FullName;

    public static TheoryData<string> TinyPresets => [.. ModelPresets.All.Where(preset => preset.Layers <= 7).Select(preset => preset.Name)];

    public static TheoryData<string, GgmlType> Matrix =>
        new(from preset in ModelPresets.All where preset.Layers <= 7 from format in BlockFormat.All select (preset.Name, format.Type));

    [Fact]
    public void Every_registered_family_has_a_row() => Assert.Empty(
        ModelFamilies.All.Select(family => family.Architecture)
            .Except(ModelPresets.All.Where(preset => preset.Layers <= 7).Select(preset => preset.Architecture)));

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Every_tensor_of_the_file_is_accounted_for(string name, GgmlType type)
    {
        var preset = ModelPresets.Find(name)!;
        using var file = GgufFile.Open(Write(preset, type));
        var model = Model.Load(file);
        Assert.Equal(preset.Architecture, model.Family.Architecture);
        Assert.Equal(preset.Layers, model.HyperParameters.LayerCount);
        Assert.Contains(file.Tensors, tensor => tensor.Type == type);
    }

    [Theory]
    [MemberData(nameof(TinyPresets))]
    public void A_tensor_that_is_missing_or_left_over_is_named(string name)
    {
        using var file = GgufFile.Open(Write(ModelPresets.Find(name)!, GgmlType.Q8_0));
        foreach (var tensor in file.Tensors.Where(tensor => !s_optional.Contains(tensor.Name)))
        {
            AssertRefused(Copy(file, without: tensor.Name), tensor.Name);
        }

        foreach (var stray in new[] { "blk.0.stray.weight", "blk.99.attn_norm.weight", "stray.bias" })
        {
            AssertRefused(Copy(file, stray: stray), stray);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AssertRefused(string path, string tensor)
    {
        using var file = GgufFile.Open(path);
        var refusal = Assert.Throws<ModelLoadException>(() => Model.Load(file));
        Assert.Contains(tensor, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    private string Write(ModelPreset preset, GgmlType type)
    {
        var path = Path.Combine(_folder, "model.gguf");
        new SyntheticModel(preset, type).Write(path);
        return path;
    }

    private string Copy(GgufFile source, string? without = null, string? stray = null)
    {
        var writer = new GgufWriter();
        foreach (var key in source.Metadata.Keys)
        {
            writer.Copy(key, source.Metadata);
        }

        foreach (var tensor in source.Tensors.Where(tensor => tensor.Name != without))
        {
            writer.Copy(tensor);
        }

        if (stray is not null)
        {
            writer.AddTensor(stray, GgmlType.F32, new TensorShape(32), new byte[32 * sizeof(float)]);
        }

        var path = Path.Combine(_folder, "copy.gguf");
        writer.Write(path);
        return path;
    }
}

using Lathe.Engine.Graphs;
using Lathe.Formats.Gguf;

namespace Lathe.Engine.Models;

/// <summary>A model as a file describes it: its numbers and its forward pass over weights that stay in the mapping.</summary>
public sealed class Model
{
    private Model(GgufFile file, ModelFamily family, HyperParameters hyperParameters, ForwardGraph graph)
    {
        File = file;
        Family = family;
        HyperParameters = hyperParameters;
        Graph = graph;
    }

    public GgufFile File { get; }

    public ModelFamily Family { get; }

    public HyperParameters HyperParameters { get; }

    public ForwardGraph Graph { get; }

    /// <summary>Reads a model from an open file, which must stay open as long as the model is used.</summary>
    /// <param name="contextLength">Tokens that a session is to hold at most, null for all that the model was trained for: some families have other
    /// frequencies for long contexts than for short ones.</param>
    /// <exception cref="ModelLoadException">The file is not a complete model of a known family.</exception>
    /// <exception cref="GgufException">A key has another type than it should.</exception>
    public static Model Load(GgufFile file, int? contextLength = null)
    {
        if (!file.Metadata.TryGetString("general.architecture", out var architecture))
        {
            throw new ModelLoadException("the file has no general.architecture, so it is not a language model");
        }

        var family = ModelFamilies.Get(architecture);
        if (!file.TryGetTensor("token_embd.weight", out var embedding))
        {
            throw new ModelLoadException("the file has no token_embd.weight: it holds a vocabulary but no model");
        }

        var metadata = new ModelMetadata(file.Metadata, architecture);
        var hyperParameters = family.Read(metadata, checked((int)embedding.Shape.D1));
        if (contextLength is { } length)
        {
            hyperParameters = hyperParameters with { SessionLength = length };
        }

        var tensors = new TensorLedger(file);
        if (hyperParameters.LayerCount > file.Tensors.Count)
        {
            throw new ModelLoadException($"{architecture}.block_count is {hyperParameters.LayerCount}, but the file has only {file.Tensors.Count} tensors");
        }

        var graph = family.Build(hyperParameters, metadata, tensors);
        tensors.Close();
        return new Model(file, family, hyperParameters, graph);
    }
}

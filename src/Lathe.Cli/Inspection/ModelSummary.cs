using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli.Inspection;

/// <summary>What a file says of itself, as far as it says it: a file that cannot be run can still be looked at.</summary>
internal sealed record ModelSummary
{
    public required string Path { get; init; }

    public required long FileBytes { get; init; }

    public required int Parts { get; init; }

    public string? Name { get; init; }

    public string? Architecture { get; init; }

    public required long Parameters { get; init; }

    public required int TensorCount { get; init; }

    public long? Layers { get; init; }

    public long? Embedding { get; init; }

    public long? Context { get; init; }

    public long? Experts { get; init; }

    public long? ExpertsUsed { get; init; }

    public string? Tokenizer { get; init; }

    public string? PreTokenizer { get; init; }

    public int? Vocabulary { get; init; }

    public required bool HasTemplate { get; init; }

    /// <summary>Tensor types, the one with most bytes first.</summary>
    public required IReadOnlyList<TypeShare> Types { get; init; }

    /// <summary>Why Lathe cannot run the model; empty if it can.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Why Lathe cannot tokenise for the model, which then still runs on token ids; null if it can.</summary>
    public string? TokenizerProblem { get; init; }

    public static ModelSummary Of(GgufFile file)
    {
        var metadata = file.Metadata;
        var architecture = Text("general.architecture");
        return new ModelSummary
        {
            Path = file.Path,
            FileBytes = file.FileSize,
            Parts = file.PartCount,
            Name = Text("general.name"),
            Architecture = architecture,
            Parameters = file.Tensors.Sum(tensor => tensor.Shape.ElementCount),
            TensorCount = file.Tensors.Count,
            Layers = Count("block_count"),
            Embedding = Count("embedding_length"),
            Context = Count("context_length"),
            Experts = Count("expert_count"),
            ExpertsUsed = Count("expert_used_count"),
            Tokenizer = Text("tokenizer.ggml.model"),
            PreTokenizer = Text("tokenizer.ggml.pre"),
            Vocabulary = IsArray("tokenizer.ggml.tokens") ? metadata.GetArray("tokenizer.ggml.tokens").Count : null,
            HasTemplate = Text("tokenizer.chat_template") is not null,
            Types =
            [
                .. file.Tensors.GroupBy(tensor => tensor.Type)
                    .Select(group => new TypeShare(
                        GgmlTypeInfo.Of(group.Key).Name, group.Count(), group.Sum(tensor => tensor.ByteSize), group.Sum(tensor => tensor.Shape.ElementCount)))
                    .OrderByDescending(share => share.Bytes),
            ],
            Problems = FindProblems(file),
            TokenizerProblem = FindTokenizerProblem(metadata),
        };

        string? Text(string key) => IsA(key, GgufValueType.String) ? metadata.GetString(key) : null;

        long? Count(string key) =>
            metadata.Contains($"{architecture}.{key}") && metadata.TypeOf($"{architecture}.{key}") is GgufValueType.UInt32 or GgufValueType.Int32
                ? metadata.GetInteger($"{architecture}.{key}")
                : null;

        bool IsArray(string key) => IsA(key, GgufValueType.Array);

        bool IsA(string key, GgufValueType type) => metadata.Contains(key) && metadata.TypeOf(key) == type;
    }

    private static IReadOnlyList<string> FindProblems(GgufFile file)
    {
        try
        {
            Model.Load(file);
            return [];
        }
        catch (ModelLoadException exception)
        {
            return exception.Problems;
        }
        catch (GgufException exception)
        {
            return [exception.Message];
        }
    }

    private static string? FindTokenizerProblem(GgufMetadata metadata)
    {
        try
        {
            Formats.Tokenization.Tokenizer.FromGguf(metadata);
            return null;
        }
        catch (Exception exception) when (exception is TokenizerException or GgufException)
        {
            return exception.Message;
        }
    }
}

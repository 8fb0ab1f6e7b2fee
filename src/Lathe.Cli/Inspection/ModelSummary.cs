using System.Text;
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

    /// <summary>Whether the architecture is one of the families that Lathe runs.</summary>
    public required bool IsKnownFamily { get; init; }

    public required long Parameters { get; init; }

    public required int TensorCount { get; init; }

    public long? Layers { get; init; }

    public long? Embedding { get; init; }

    public long? Context { get; init; }

    public long? Experts { get; init; }

    public long? ExpertsUsed { get; init; }

    /// <summary><c>tokenizer.ggml.model</c>.</summary>
    public string? TokenizerModel { get; init; }

    public string? PreTokenizer { get; init; }

    public int? Vocabulary { get; init; }

    /// <summary>How the vocabulary makes tokens, in words; null if Lathe cannot use it.</summary>
    public string? TokenizerKind { get; init; }

    /// <summary>The texts of the tokens after which generation stops.</summary>
    public required IReadOnlyList<string> EndTokens { get; init; }

    /// <summary>The chat template; null if the file has none.</summary>
    public TemplateSummary? Template { get; init; }

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
        var tokenizer = ReadTokenizer(metadata, out var tokenizerProblem);
        return new ModelSummary
        {
            Path = file.Path,
            FileBytes = file.FileSize,
            Parts = file.PartCount,
            Name = Text("general.name"),
            Architecture = architecture,
            IsKnownFamily = ModelFamilies.All.Any(family => family.Architecture == architecture),
            Parameters = file.Tensors.Sum(tensor => tensor.Shape.ElementCount),
            TensorCount = file.Tensors.Count,
            Layers = Count("block_count"),
            Embedding = Count("embedding_length"),
            Context = Count("context_length"),
            Experts = Count("expert_count"),
            ExpertsUsed = Count("expert_used_count"),
            TokenizerModel = Text("tokenizer.ggml.model"),
            PreTokenizer = Text("tokenizer.ggml.pre"),
            Vocabulary = IsArray("tokenizer.ggml.tokens") ? metadata.GetArray("tokenizer.ggml.tokens").Count : null,
            TokenizerKind = tokenizer is null ? null : KindOf(tokenizer),
            EndTokens = tokenizer is null ? [] : [.. tokenizer.EndOfGenerationIds.Order().Select(token => Encoding.UTF8.GetString(tokenizer.TokenText(token)))],
            Template = TemplateSummary.Of(metadata),
            Types =
            [
                .. file.Tensors.GroupBy(tensor => tensor.Type)
                    .Select(group => new TypeShare(
                        GgmlTypeInfo.Of(group.Key).Name, group.Count(), group.Sum(tensor => tensor.ByteSize), group.Sum(tensor => tensor.Shape.ElementCount)))
                    .OrderByDescending(share => share.Bytes),
            ],
            Problems = FindProblems(file),
            TokenizerProblem = tokenizerProblem,
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

    private static Tokenizer? ReadTokenizer(GgufMetadata metadata, out string? problem)
    {
        try
        {
            problem = null;
            return Tokenizer.FromGguf(metadata);
        }
        catch (Exception exception) when (exception is TokenizerException or GgufException)
        {
            problem = exception.Message;
            return null;
        }
    }

    private static string KindOf(Tokenizer tokenizer) => tokenizer.ModelName switch
    {
        "gpt2" => "byte-level BPE",
        "llama" => "SentencePiece BPE",
        "bert" => "WordPiece",
        var other => throw new NotSupportedException($"the tokenizer model '{other}' has no name in words"),
    };
}

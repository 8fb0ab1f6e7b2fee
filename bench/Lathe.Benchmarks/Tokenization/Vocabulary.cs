using Lathe.Formats.Gguf;
using Lathe.Formats.Tokenization;

namespace Lathe.Benchmarks.Tokenization;

/// <summary>A vocabulary to measure, in its own cut or in another pre-tokeniser's.</summary>
internal sealed record Vocabulary(string Name, TokenizerVocabulary Content)
{
    public int Size => Content.Tokens.Count;

    public bool IsByteLevel => Content.Model == "gpt2";

    public static Vocabulary Read(string path)
    {
        using var file = GgufFile.Open(path);
        return new Vocabulary(Path.GetFileNameWithoutExtension(path), GgufVocabulary.Read(file.Metadata));
    }

    /// <summary>The files that were named, or the published ones that can be found, or else the built-in model's.</summary>
    public static IReadOnlyList<Vocabulary> Find(IReadOnlyList<string> files)
    {
        var published = files.Count > 0 ? files : RepositoryFiles.PublishedVocabularies();
        return [.. (published.Count > 0 ? published : [RepositoryFiles.BuiltInModel]).Select(Read)];
    }

    /// <summary>The same tokens and merges behind another pre-tokeniser.</summary>
    public Vocabulary WithPreTokenizer(string name) => new($"{Name} cut as {name}", Content with { PreTokenizer = name });
}

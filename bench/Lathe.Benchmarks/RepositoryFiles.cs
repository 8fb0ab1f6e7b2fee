namespace Lathe.Benchmarks;

/// <summary>Files that the benchmarks read, found from where they were built.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>English prose of 147 KB.</summary>
    public static string EnglishText => Path.Combine(Root, "models", "eval-alice.txt");

    public static string BuiltInModel => Path.Combine(Root, "models", "lathe-tales-29m-q8_0.gguf");

    /// <summary>Published vocabularies, which are too large for the repository: they are used where a folder above it has them.</summary>
    public static IReadOnlyList<string> PublishedVocabularies()
    {
        for (var folder = new DirectoryInfo(Root); folder is not null; folder = folder.Parent)
        {
            var vocabularies = Path.Combine(folder.FullName, "shared", "tokenizers");
            if (Directory.Exists(vocabularies))
            {
                return [.. Directory.GetFiles(vocabularies, "*.gguf").Order(StringComparer.Ordinal)];
            }
        }

        return [];
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lathe.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Lathe.slnx");
    }
}

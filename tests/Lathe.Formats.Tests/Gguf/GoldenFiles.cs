namespace Lathe.Formats.Tests.Gguf;

/// <summary>The real files of the repository.</summary>
internal static class GoldenFiles
{
    public static string Root { get; } = FindRoot();

    public static string DataFolder => Path.Combine(Root, "tests", "data", "golden");

    public static string EmbeddedModel => Path.Combine(Root, "models", "lathe-tales-29m-q8_0.gguf");

    public static IReadOnlyList<string> Models { get; } = [.. Directory.EnumerateFiles(DataFolder, "*.gguf").Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lathe.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder with Lathe.slnx above {AppContext.BaseDirectory}.");
    }
}

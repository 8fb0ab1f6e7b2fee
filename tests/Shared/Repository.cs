namespace Lathe.Tests.Shared;

/// <summary>Finds the repository and the data beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Golden { get; } = Path.Combine(Root, "tests", "data", "golden");

    public static string TalesModel { get; } = Path.Combine(Root, "models", "lathe-tales-29m-q8_0.gguf");

    /// <summary>A file of <c>../shared</c>, or null where that folder does not exist: it is not part of the repository.</summary>
    public static string? Shared(params string[] parts)
    {
        var path = Path.Combine([Root, "..", "shared", .. parts]);
        return File.Exists(path) ? path : null;
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

        throw new InvalidOperationException($"no Lathe.slnx above {AppContext.BaseDirectory}");
    }
}

namespace Lathe.Formats.Tests.Gguf;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lathe-gguf-");

    public string this[string fileName] => Path.Combine(_folder.FullName, fileName);

    public void Dispose() => _folder.Delete(recursive: true);
}

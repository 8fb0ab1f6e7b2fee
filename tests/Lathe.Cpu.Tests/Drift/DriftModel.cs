using Lathe.Engine.Drift;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Drift;

/// <summary>A golden model on a device with routes of the test's own.</summary>
internal sealed class DriftModel : IDisposable
{
    private readonly GgufFile _file;

    public DriftModel(string golden, Func<CpuRoute[], IEnumerable<CpuRoute>>? more = null, int threads = 2)
    {
        CpuRoute[] sound = [.. CpuRoutes.CreateAll()];
        _file = GgufFile.Open(Path.Combine(Repository.Golden, golden + ".gguf"));
        Model = Model.Load(_file);
        Backend = new CpuBackend(threads, [.. sound, .. more?.Invoke(sound) ?? []]);
    }

    public static ThresholdsFile Thresholds { get; } =
        ThresholdsFile.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "Lathe.Cli", "Drift", "drift-thresholds.json")), "drift-thresholds.json");

    public Model Model { get; }

    public CpuBackend Backend { get; }

    /// <summary>Standard fixtures by name; all that are short, if none is named.</summary>
    public IReadOnlyList<DriftFixture> Fixtures(params string[] names) =>
        [.. DriftFixtures.For(Model).Where(fixture => names.Length > 0 ? names.Contains(fixture.Name) : fixture.Tokens.Length is > 1 and < 64)];

    public void Dispose()
    {
        Backend.Dispose();
        _file.Dispose();
    }
}

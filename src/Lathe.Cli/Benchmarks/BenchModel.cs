using System.Diagnostics;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;

namespace Lathe.Cli.Benchmarks;

/// <summary>A model that is measured: read once, run in every configuration. It need not have a vocabulary.</summary>
internal sealed class BenchModel : IDisposable
{
    /// <param name="path">The GGUF file, or null for the built-in model.</param>
    /// <param name="request">Says how many tokens a session must be able to hold, and whether to warm up.</param>
    public BenchModel(string? path, BenchRequest request)
    {
        var watch = Stopwatch.StartNew();
        File = BuiltInModel.OpenOr(path);
        try
        {
            Model = Model.Load(File, request.ContextTokens);
            LoadTime = watch.Elapsed;
            Description = new ModelDescription(Model);

            // A test of some tokens reads some experts, and which ones changes with the tokens. A model that does not fit into memory is left alone.
            if (request.WarmUp && File.FileSize < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            {
                File.TouchPages();
            }
        }
        catch
        {
            File.Dispose();
            throw;
        }
    }

    public GgufFile File { get; }

    public Model Model { get; }

    /// <summary>Time to read the file's headers and to build the graph; the weights are read as they are first used.</summary>
    public TimeSpan LoadTime { get; }

    public ModelDescription Description { get; }

    public void Dispose() => File.Dispose();
}

using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Tests.Benchmarking;

/// <summary>A small model of real layers on a device that records.</summary>
internal sealed class RecordedModel : IDisposable
{
    private readonly GgufFile _file = GgufFile.Open(Path.Combine(Repository.Golden, "llama-q8_0.gguf"));

    public RecordedModel(params IReadOnlyList<Route> routes)
        : this(new RecordingBackend(routes.Count > 0 ? routes : [NamedRoute.Reference()]), 512)
    {
    }

    public RecordedModel(RecordingBackend backend, int chunkTokens)
    {
        Backend = backend;
        Model = Model.Load(_file);
        Options = new RuntimeOptions { ContextLength = 4096, ChunkTokens = chunkTokens };
        Runtime = new ModelRuntime(Model, backend, Options);
    }

    public Model Model { get; }

    public RecordingBackend Backend { get; }

    public RuntimeOptions Options { get; }

    public ModelRuntime Runtime { get; }

    public void Dispose()
    {
        Runtime.Dispose();
        Backend.Dispose();
        _file.Dispose();
    }
}

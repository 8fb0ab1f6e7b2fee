using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Inference;

/// <summary>A tiny model on the default routes.</summary>
internal sealed class TinyRuntime : IDisposable
{
    private readonly GgufFile _file;

    public TinyRuntime(RuntimeOptions? options = null, int threads = 2, string golden = "llama-q8_0")
    {
        _file = GgufFile.Open(Path.Combine(Repository.Golden, golden + ".gguf"));
        Backend = new CpuBackend(threads);
        Runtime = new ModelRuntime(Model.Load(_file), Backend, options ?? new RuntimeOptions { Policy = RoutePolicy.Default });
    }

    public CpuBackend Backend { get; }

    public ModelRuntime Runtime { get; }

    public static int[] Tokens(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(320))];
    }

    /// <summary>The logits after the last of the tokens, computed by a session of their own.</summary>
    public float[] LogitsAfter(int[] tokens)
    {
        using var session = Runtime.CreateSession();
        session.Append(tokens);
        return session.Logits.ToArray();
    }

    public void Dispose()
    {
        Runtime.Dispose();
        Backend.Dispose();
        _file.Dispose();
    }
}

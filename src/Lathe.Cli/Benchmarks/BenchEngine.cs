using Lathe.Cli.Options;
using Lathe.Cpu;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cli.Benchmarks;

/// <summary>A model on the device, in one configuration.</summary>
internal sealed class BenchEngine : IDisposable
{
    public BenchEngine(BenchModel model, BenchConfiguration configuration, RoutePolicy policy, int contextTokens)
    {
        RuntimeOptions = Options(model, configuration, policy, contextTokens);
        Backend = EngineOptions.CreateBackend(configuration.Threads);
        try
        {
            Runtime = new ModelRuntime(model.Model, Backend, RuntimeOptions);
        }
        catch
        {
            Backend.Dispose();
            throw;
        }
    }

    public CpuBackend Backend { get; }

    public ModelRuntime Runtime { get; }

    public RuntimeOptions RuntimeOptions { get; }

    public void Dispose()
    {
        Runtime.Dispose();
        Backend.Dispose();
    }

    private static RuntimeOptions Options(BenchModel model, BenchConfiguration configuration, RoutePolicy policy, int contextTokens)
    {
        var h = model.Model.HyperParameters;
        if (configuration.Kv == KvElementType.Q8_0 && (h.HeadDim % 32 != 0 || h.ValueDim % 32 != 0))
        {
            throw new CommandException($"a q8_0 KV cache needs heads of a multiple of 32 values, the model's have {h.HeadDim}: use f16 or f32");
        }

        return new RuntimeOptions { Policy = policy, KvElementType = configuration.Kv, ContextLength = contextTokens, ChunkTokens = configuration.Ubatch };
    }
}

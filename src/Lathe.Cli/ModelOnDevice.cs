using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;

namespace Lathe.Cli;

/// <summary>A model that computes from token ids; unlike <see cref="LatheModel"/> it does not ask for a vocabulary.</summary>
internal sealed class ModelOnDevice : IDisposable
{
    /// <param name="path">The GGUF file.</param>
    /// <param name="backend">The device, which this object owns from now on.</param>
    /// <param name="options">How to run the model.</param>
    public ModelOnDevice(string path, Backend backend, Func<Model, RuntimeOptions> options)
    {
        Backend = backend;
        try
        {
            File = GgufFile.Open(path);
            Model = Model.Load(File);
            var chosen = options(Model);
            if (chosen.ContextLength is { } length && length != Model.HyperParameters.SessionLength)
            {
                // Some families have other frequencies for short contexts than for long ones.
                Model = Model.Load(File, length);
            }

            Runtime = new ModelRuntime(Model, backend, chosen);
        }
        catch
        {
            File?.Dispose();
            backend.Dispose();
            throw;
        }
    }

    public GgufFile File { get; }

    public Model Model { get; }

    public Backend Backend { get; }

    public ModelRuntime Runtime { get; }

    public void Dispose()
    {
        Runtime.Dispose();
        Backend.Dispose();
        File.Dispose();
    }
}

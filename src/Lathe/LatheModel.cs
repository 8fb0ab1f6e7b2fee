using System.Runtime.CompilerServices;
using Lathe.Cpu;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Formats.Tokenization;

namespace Lathe;

/// <summary>A model that is loaded and ready: the front door of the library. Thread-safe; calls of several threads take turns.</summary>
/// <example><code>
/// using var model = LatheModel.Load("model.gguf");
/// await foreach (var text in model.GenerateAsync("Once upon a time"))
///     Console.Write(text);
/// </code></example>
public sealed class LatheModel : IDisposable
{
    private readonly GgufFile _file;

    private LatheModel(GgufFile file, Model model, Task<Tokenizer> tokenizer, Backend backend, LatheOptions options)
    {
        _file = file;
        Backend = backend;
        Options = options;
        var context = options.ContextLength ?? model.HyperParameters.ContextLength;
        Runtime = new ModelRuntime(model, backend, new RuntimeOptions
        {
            Policy = options.Policy,
            KvElementType = options.KvElementType ?? (options.Policy.Quality ? KvElementType.F32 : KvElementType.F16),
            ContextLength = context,
            KvPages = options.KvPages ?? checked(4 * ((context / KvLayout.PageTokens) + 1)),
            ChunkTokens = options.ChunkTokens,
            BatchInvariant = options.BatchInvariant,
        });
        try
        {
            // Choosing, compiling and checking the kernels takes longer than reading the vocabulary: the two overlap.
            Runtime.GraphFor(tokens: 1, outputs: 1);
            Tokenizer = tokenizer.GetAwaiter().GetResult();
            var rows = model.HyperParameters.VocabularySize;
            if (Tokenizer.VocabularySize > rows)
            {
                throw new ModelLoadException($"the vocabulary has {Tokenizer.VocabularySize} tokens, but the embedding table only {rows} rows");
            }
        }
        catch
        {
            Runtime.Dispose();
            throw;
        }
    }

    public LatheOptions Options { get; }

    public GgufFile File => _file;

    public Tokenizer Tokenizer { get; }

    public Backend Backend { get; }

    public ModelRuntime Runtime { get; }

    /// <summary>What the model calls itself, or its file name.</summary>
    public string Name => _file.Metadata.TryGetString("general.name", out var name) && name.Length > 0 ? name : Path.GetFileNameWithoutExtension(_file.Path);

    /// <summary>Loads a model from a GGUF file; a split model by its first part. The weights stay in the file's mapping.</summary>
    /// <exception cref="GgufException">The file cannot be read or is malformed.</exception>
    /// <exception cref="ModelLoadException">The file is not a complete model that Lathe can run.</exception>
    /// <exception cref="TokenizerException">The file's vocabulary cannot be used.</exception>
    public static LatheModel Load(string path, LatheOptions? options = null) => Load(GgufFile.Open(path), options ?? new LatheOptions());

    /// <summary>Loads a model from an open file and takes ownership of it, also on failure.</summary>
    public static LatheModel Load(GgufFile file, LatheOptions options)
    {
        Backend? backend = null;
        var tokenizer = Task.Run(() => Tokenizer.FromGguf(file.Metadata));
        try
        {
            var model = Model.Load(file, options.ContextLength);
            backend = new CpuBackend(options.Threads);
            backend.Routes.RouteFailed += options.RouteFailed;
            return new LatheModel(file, model, tokenizer, backend, options);
        }
        catch
        {
            // The file must not go while the vocabulary is being read from it.
            ((IAsyncResult)tokenizer).AsyncWaitHandle.WaitOne();
            backend?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>A new, empty session.</summary>
    public Session CreateSession() => Runtime.CreateSession();

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">The text; the token that begins a sequence is added if the model wants it.</param>
    /// <returns>Pieces of text as they are made.</returns>
    public async IAsyncEnumerable<string> GenerateAsync(
        string prompt, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var session = CreateSession();
        var generation = new TextGeneration(this, session, Tokenizer.Encode(prompt, addSpecial: true), options ?? new GenerationOptions());

        // Computing occupies a thread for a while: it must not be the caller's, which may be a user interface's.
        while (await Task.Run(() => generation.Next(cancellation), cancellation).ConfigureAwait(false))
        {
            if (generation.Text.Length > 0)
            {
                yield return generation.Text;
            }
        }
    }

    public void Dispose()
    {
        Runtime.Dispose();
        Backend.Dispose();
        _file.Dispose();
    }
}

using Lathe.Engine.Inference.Sampling;
using Lathe.Tests.Shared;

namespace Lathe.Tests;

/// <summary>The built-in model, loaded once for the tests of a class.</summary>
public sealed class TalesModel : IDisposable
{
    public const string Prompt = "Once upon a time";

    public LatheModel Model { get; } = LatheModel.Load(Repository.TalesModel);

    public int[] PromptTokens => Model.Tokenizer.Encode(Prompt, addSpecial: true);

    public static GenerationOptions Greedy(int tokens) => new() { MaxTokens = tokens, Sampling = SamplingOptions.Greedy };

    /// <summary>A generation in a session of its own, run to its end.</summary>
    public (string Text, TextGeneration Generation) Run(ReadOnlyMemory<int> prompt, GenerationOptions options)
    {
        using var session = Model.CreateSession();
        var generation = new TextGeneration(Model, session, prompt, options);
        return (ReadAll(generation), generation);
    }

    public static string ReadAll(TextGeneration generation)
    {
        var text = "";
        while (generation.Next())
        {
            text += generation.Text;
        }

        return text;
    }

    public void Dispose() => Model.Dispose();
}

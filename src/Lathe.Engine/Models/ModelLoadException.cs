namespace Lathe.Engine.Models;

/// <summary>A file that is sound as GGUF but not a model that Lathe can run: each problem in one sentence.</summary>
public sealed class ModelLoadException : Exception
{
    public ModelLoadException(params IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems))
    {
        Problems = problems;
    }

    public IReadOnlyList<string> Problems { get; }
}

using Lathe.Benchmarking;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Engine.Inference.Sampling;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Templates;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli;

/// <summary>Turns an exception into the sentence and the exit code that the user gets.</summary>
internal static class Failure
{
    public static (string? Sentence, int ExitCode) Describe(Exception exception) => exception switch
    {
        OperationCanceledException => (null, ExitCode.Interrupted),
        CommandException command => (command.Message, command.ExitCode),
        ModelLoadException { Problems: [var first, _, ..] problems } => ($"{first} (and {problems.Count - 1} more problems)", ExitCode.Failure),
        FileNotFoundException { FileName: { } file } => ($"{file} does not exist", ExitCode.Failure),
        GgufException or ModelLoadException or RouteException or SamplingException or TokenizerException or TemplateException or AblationException
            or ContextExceededException or LogProbabilityException or KvPoolExhaustedException or IOException or UnauthorizedAccessException or NotSupportedException => (exception.Message, ExitCode.Failure),
        OutOfMemoryException => ("there is not enough memory; try a smaller model or context", ExitCode.Failure),
        _ => ($"internal error, please report it: {exception.GetType().Name}: {exception.Message}", ExitCode.Failure),
    };
}

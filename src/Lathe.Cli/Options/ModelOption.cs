using System.CommandLine;

namespace Lathe.Cli.Options;

/// <summary>How verbs are told which model they work on.</summary>
internal static class ModelOption
{
    /// <summary><c>-m FILE</c>, for verbs whose other arguments are what they are about.</summary>
    public static Option<string?> Create(bool required) => new("--model", "-m")
    {
        Description = "The GGUF file; of a split model its first part.",
        HelpName = "FILE",
        Required = required,
    };

    /// <summary>The model as the verb's argument, which may be left out.</summary>
    public static Argument<string?> CreateArgument(bool required) => new("MODEL")
    {
        Description = required ? "The GGUF file; of a split model its first part." : "The GGUF file; of a split model its first part. Without it, the built-in model.",
        Arity = required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
    };
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text;
using Lathe.Cli.Options;
using Lathe.Cli.Verbs;

namespace Lathe.Cli;

/// <summary>The <c>lathe</c> command: its verbs, and what happens to whatever they throw.</summary>
internal static class LatheCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        // What models say is Unicode, whatever the system's code page is; without a byte order mark, which would be the first thing in a pipe.
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var root = Create();
        var result = root.Parse(arguments);
        if (arguments.Length == 0)
        {
            await root.Parse("--help").InvokeAsync();
            return ExitCode.Usage;
        }

        if (UsageError(result) is { } error)
        {
            Report(error);
            var verb = result.CommandResult.Command;
            await Console.Error.WriteLineAsync($"Try '{PathOf(verb)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception)
        {
            var (sentence, exitCode) = Failure.Describe(exception);
            if (sentence is not null)
            {
                Report(sentence);
            }

            return exitCode;
        }
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("Runs GGUF language models on this machine. No native libraries, nothing leaves the computer.")
        {
            RunVerb.Create(),
            ChatVerb.Create(),
            BenchVerb.Create(),
            InspectVerb.Create(),
            TokenizeVerb.Create(),
            TemplateVerb.Create(),
            LogitsVerb.Create(),
            PerplexityVerb.Create(),
            DriftVerb.Create(),
            RoutesVerb.Create(),
            DevicesVerb.Create(),
            SynthVerb.Create(),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples(root, (HelpAction)help.Action!);
        }

        return root;
    }

    /// <summary>What is wrong with the command line, or null. Of several errors the first is the cause; the others follow from it.</summary>
    private static string? UsageError(ParseResult result)
    {
        // An unknown option would pass for the value of an argument; behind -- anything is a value.
        var mistaken = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .FirstOrDefault(value => value.Length > 1 && value[0] == '-');
        if (mistaken is not null && result.Tokens.All(token => token.Type != TokenType.DoubleDash))
        {
            return $"there is no option {mistaken}";
        }

        return result.UnmatchedTokens is [var first, ..]
            ? $"'{first}' is not {(result.CommandResult.Command is RootCommand ? "a verb" : "an option or argument that is expected here")}"
            : result.Errors is [var error, ..] ? error.Message : null;
    }

    /// <summary>The words that lead to a verb: <c>lathe drift compare</c>.</summary>
    private static string PathOf(Command verb) => verb is RootCommand ? "lathe" : $"{PathOf(verb.Parents.OfType<Command>().Single())} {verb.Name}";

    private static void Report(string sentence) => Console.Error.WriteLine($"lathe: {sentence.ReplaceLineEndings(" ").TrimEnd()}");
}

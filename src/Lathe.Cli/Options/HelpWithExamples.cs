using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Lathe.Cli.Options;

/// <summary>The usual help, and below it, for the command itself, what people do first.</summary>
internal sealed class HelpWithExamples(RootCommand root, HelpAction help) : SynchronousCommandLineAction
{
    private const string Examples = """
        Examples:
          lathe run -p "Once upon a time"               continue a text with the built-in model
          lathe run model.gguf -f question.txt -n 400   answer the text of a file
          lathe run model.gguf --raw -p "Dear Ada,"     continue a text without the model's chat template
          lathe chat model.gguf                         talk to a model
          lathe inspect model.gguf                      what is in a file, and whether it runs
          lathe bench -m model.gguf -p 512 -n 128       how fast it runs here
          lathe routes -m model.gguf                    which kernel computes what
          lathe synth llama-8b q8_0 big.gguf            a model of real shape with random weights

        Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 130 interrupted.

        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command == root)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Examples);
        }

        return code;
    }
}

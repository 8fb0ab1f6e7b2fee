using System.CommandLine;
using System.Text;
using Lathe.Chat;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Inference;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe chat</c>: a conversation on the terminal.</summary>
internal static class ChatVerb
{
    public static Command Create()
    {
        var model = ModelOption.CreateArgument(required: false);
        var system = new Option<string?>("--system", "-s") { Description = "What the model is told before the conversation.", HelpName = "TEXT" };
        var count = NumberOption.Create(["--predict", "-n"], "Most tokens of one answer.", 1024, 1, int.MaxValue);
        var context = NumberOption.CreateOptional<int>(["--context", "-c"], "Most tokens of the whole conversation; the model's own limit if it is not given.", 1, int.MaxValue);
        var verb = new Command("chat", "Talk to a model. Ctrl-C stops an answer; an empty line, /exit or Ctrl-D ends.") { model, system, count, context };
        var sampling = new SamplingArguments(verb);
        var engine = new EngineOptions(verb);
        verb.SetAction(result =>
        {
            var options = new GenerationOptions { MaxTokens = result.GetValue(count), Sampling = sampling.Read(result) };
            options.Sampling.Validate();
            using var loaded = engine.Load(result, result.GetValue(model), new LatheOptions { ContextLength = result.GetValue(context) });
            var prompt = ChatPrompt.Of(loaded)
                ?? throw new CommandException($"{loaded.Name} has no chat template, so it cannot chat: continue texts with 'lathe run'");
            Converse(loaded, prompt, result.GetValue(system), options);
            return ExitCode.Success;
        });
        return verb;
    }

    private static void Converse(LatheModel model, ChatPrompt prompt, string? system, GenerationOptions options)
    {
        using var session = model.CreateSession();
        using var interrupt = new AnswerInterrupt();
        var turns = new List<ChatTurn>();
        if (system is not null)
        {
            turns.Add(new ChatTurn("system", system));
        }

        while (ReadTurn() is { } said)
        {
            turns.Add(new ChatTurn("user", said));
            var answer = Answer(new TextGeneration(model, session, prompt.Encode(turns), options), interrupt);
            turns.Add(new ChatTurn("assistant", answer));
        }
    }

    /// <summary>What the person says next; null at the end.</summary>
    private static string? ReadTurn()
    {
        if (!Console.IsInputRedirected)
        {
            Terminal.Out.Markup("[green]>[/] ");
        }

        var line = Console.In.ReadLine();
        return string.IsNullOrWhiteSpace(line) || line == "/exit" ? null : line;
    }

    private static string Answer(TextGeneration generation, AnswerInterrupt interrupt)
    {
        var text = new StringBuilder();
        var cancellation = interrupt.Begin();
        try
        {
            while (generation.Next(cancellation))
            {
                text.Append(generation.Text);
                Console.Out.Write(generation.Text);
                Console.Out.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // The session holds what was computed, and the conversation goes on with the part of the answer that was said.
        }
        catch (ContextExceededException) when (text.Length == 0)
        {
            throw new CommandException("the conversation is longer than the context: begin a new one, or choose a larger context with -c");
        }
        finally
        {
            interrupt.End();
        }

        Console.Out.WriteLine();
        if (Terminal.IsWatched)
        {
            GenerationReport.Print(generation);
        }

        return text.ToString();
    }
}

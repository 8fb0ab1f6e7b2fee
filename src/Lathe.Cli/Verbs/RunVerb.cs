using System.CommandLine;
using System.Text.Json.Nodes;
using Lathe.Chat;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Formats.Templates;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe run</c>: answers a prompt, or continues a text.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var model = ModelOption.CreateArgument(required: false);
        var prompt = new Option<string?>("--prompt", "-p") { Description = "What to answer; for a model without a chat template, and for the built-in one, the text to continue.", HelpName = "TEXT" };
        var file = new Option<string?>("--file", "-f") { Description = "Take the prompt from this file. Without -p and -f, it comes from standard input.", HelpName = "FILE" };
        var count = NumberOption.Create(["--predict", "-n"], "Most tokens to generate.", 128, 0, int.MaxValue);
        var context = NumberOption.CreateOptional<int>(["--context", "-c"], "Most tokens of prompt and answer together; the model's own limit if it is not given.", 1, int.MaxValue);
        var stop = new Option<string[]>("--stop") { Description = "End before this text. May be repeated.", HelpName = "TEXT" };
        var ignoreEos = new Option<bool>("--ignore-eos") { Description = "Go on where the model would end." };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as it is, past the model's chat template." };
        var special = new Option<bool>("--special") { Description = "As --raw, and read the text of control tokens in the prompt, such as <|im_start|>, as those tokens." };
        var echo = new Option<bool>("--echo") { Description = "Print the prompt too." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object at the end instead of the text as it comes." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Do not print the speed on standard error." };
        var verb = new Command("run", "Answer a prompt, or continue a text.") { model, prompt, file, count, context, stop, ignoreEos, raw, special, echo, json, quiet };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(prompt) is not null && result.GetValue(file) is not null)
            {
                result.AddError("run takes either -p TEXT or -f FILE, not both");
            }
        });
        var sampling = new SamplingArguments(verb);
        var engine = new EngineOptions(verb);
        verb.SetAction((result, cancellation) =>
        {
            var options = new GenerationOptions
            {
                MaxTokens = result.GetValue(count),
                Sampling = sampling.Read(result),
                StopStrings = result.GetValue(stop) ?? [],
                IgnoreEndOfGeneration = result.GetValue(ignoreEos),
            };
            options.Sampling.Validate();
            using var loaded = engine.Load(result, result.GetValue(model), new LatheOptions { ContextLength = result.GetValue(context) });
            var text = result.GetValue(prompt) ?? ReadPrompt(result.GetValue(file));
            var parseSpecial = result.GetValue(special);
            var template = result.GetValue(raw) || parseSpecial || result.GetValue(model) is null ? null : FindTemplate(loaded);
            var tokens = template is null ? EncodeRaw(loaded.Tokenizer, text, parseSpecial) : EncodeTurn(template, text);
            using var session = loaded.CreateSession();
            var generation = new TextGeneration(loaded, session, tokens, options);
            var shown = result.GetValue(echo) ? text : "";
            var exitCode = result.GetValue(json) ? PrintJson(loaded, generation, shown, cancellation) : PrintAsItComes(generation, shown, cancellation);
            if (!result.GetValue(quiet))
            {
                GenerationReport.Print(generation);
            }

            return Task.FromResult(exitCode);
        });
        return verb;
    }

    private static string ReadPrompt(string? file) => file is not null ? File.ReadAllText(file) : Console.IsInputRedirected ? Console.In.ReadToEnd() : "";

    /// <summary>The chat template of the model. The built-in model is not asked: it tells stories, and whoever gives it the beginning of one
    /// wants the rest.</summary>
    private static ChatPrompt? FindTemplate(LatheModel model)
    {
        try
        {
            return ChatPrompt.Of(model);
        }
        catch (TemplateException exception)
        {
            throw new CommandException($"the chat template of {model.Name} cannot be used, only --raw can: {exception.Message}");
        }
    }

    private static int[] EncodeTurn(ChatPrompt template, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new CommandException("the prompt is empty: say with -p what the model is to answer, or let it write with --raw");
        }

        return template.Encode([new ChatTurn("user", text)]);
    }

    private static int[] EncodeRaw(Tokenizer tokenizer, string text, bool parseSpecial)
    {
        var tokens = tokenizer.Encode(text, addSpecial: true, parseSpecial);
        return tokens.Length > 0
            ? tokens
            : throw new CommandException("the prompt is empty, and the model does not begin texts by itself: give it some text with -p");
    }

    private static int PrintAsItComes(TextGeneration generation, string shown, CancellationToken cancellation)
    {
        var exitCode = ExitCode.Success;
        try
        {
            Console.Out.Write(shown);
            while (generation.Next(cancellation))
            {
                Console.Out.Write(generation.Text);
                Console.Out.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // What was generated stays on the screen; the numbers below are those of the part that was computed.
            exitCode = ExitCode.Interrupted;
        }

        Console.Out.WriteLine();
        return exitCode;
    }

    private static int PrintJson(LatheModel model, TextGeneration generation, string shown, CancellationToken cancellation)
    {
        var text = new System.Text.StringBuilder(shown);
        while (generation.Next(cancellation))
        {
            text.Append(generation.Text);
        }

        var statistics = generation.Statistics;
        JsonText.Print(new JsonObject
        {
            ["model"] = model.Name,
            ["text"] = text.ToString(),
            ["finish"] = GenerationReport.NameOf(generation.Finish!.Value),
            ["seed"] = generation.Seed,
            ["prompt_tokens"] = statistics.PromptTokens,
            ["generated_tokens"] = statistics.GeneratedTokens,
            ["prompt_ms"] = statistics.PromptTime.TotalMilliseconds,
            ["generation_ms"] = statistics.GenerationTime.TotalMilliseconds,
            ["prompt_tokens_per_second"] = statistics.PromptTokensPerSecond,
            ["tokens_per_second"] = statistics.TokensPerSecond,
        });
        return ExitCode.Success;
    }
}

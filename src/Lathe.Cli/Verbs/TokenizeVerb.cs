using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Formats.Gguf;
using Lathe.Formats.Tokenization;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe tokenize</c>: the tokens of a text.</summary>
internal static class TokenizeVerb
{
    public static Command Create()
    {
        var text = new Argument<string?>("TEXT") { Description = "The text; or give a file with -f.", Arity = ArgumentArity.ZeroOrOne };
        var model = ModelOption.Create(required: true);
        var file = new Option<string?>("--file", "-f") { Description = "Take the exact bytes of this file as the text.", HelpName = "FILE" };
        var ids = new Option<bool>("--ids") { Description = "Print only the token ids, on one line, separated by spaces." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var bos = new Option<bool>("--bos") { Description = "Begin with the model's beginning-of-text token." };
        var special = new Option<bool>("--special") { Description = "Read the text of control tokens, such as <|im_start|>, as those tokens." };
        var verb = new Command("tokenize", "Show the tokens of a text.") { text, model, file, ids, json, bos, special };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(text) is null == result.GetValue(file) is null)
            {
                result.AddError("tokenize needs either TEXT or -f FILE");
            }
        });
        verb.SetAction(result =>
        {
            using var opened = GgufFile.Open(result.GetValue(model)!);
            var tokenizer = Tokenizer.FromGguf(opened.Metadata);
            var bytes = result.GetValue(file) is { } path ? File.ReadAllBytes(path) : Encoding.UTF8.GetBytes(result.GetValue(text)!);
            var tokens = new List<int>();
            if (result.GetValue(bos))
            {
                tokens.Add(tokenizer.BosId ?? throw new CommandException("the model has no beginning-of-text token: leave out --bos"));
            }

            tokenizer.Encode(bytes, tokens, new TokenizeOptions(ParseSpecial: result.GetValue(special)));
            if (result.GetValue(ids))
            {
                Console.Out.WriteLine(string.Join(' ', tokens));
            }
            else if (result.GetValue(json))
            {
                JsonText.Print(new JsonObject
                {
                    ["tokens"] = JsonText.Array(tokens.Select(token => (JsonNode)token)),
                    ["pieces"] = JsonText.Array(tokens.Select(token => (JsonNode)Piece(tokenizer, token))),
                });
            }
            else
            {
                PrintTable(tokenizer, tokens);
            }

            return ExitCode.Success;
        });
        return verb;
    }

    private static void PrintTable(Tokenizer tokenizer, List<int> tokens)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("id").RightAligned()).AddColumn("text").AddColumn("kind");
        foreach (var token in tokens)
        {
            var text = string.Concat(Piece(tokenizer, token).Select(c => c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            }));
            table.AddRow($"{token}", $"'{text.EscapeMarkup()}'", tokenizer.TypeOf(token).ToString().ToLowerInvariant());
        }

        Terminal.Out.Write(table);
        Terminal.Out.WriteLine($"{tokens.Count} tokens");
    }

    private static string Piece(Tokenizer tokenizer, int token) => Encoding.UTF8.GetString(tokenizer.TokenBytes(token, renderSpecial: true));
}

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lathe.Formats.Templates;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe template</c>: what a chat template makes of a conversation.</summary>
internal static class TemplateVerb
{
    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "The chat template.", HelpName = "T.jinja", Required = true };
        var input = new Option<string>("--input")
        {
            Description = "The conversation: a JSON object with \"messages\" and perhaps \"tools\", \"add_generation_prompt\" and other variables.",
            HelpName = "CASE.json",
            Required = true,
        };
        var bos = new Option<string?>("--bos") { Description = "The text of bos_token; undefined if it is not given.", HelpName = "TEXT" };
        var eos = new Option<string?>("--eos") { Description = "The text of eos_token; undefined if it is not given.", HelpName = "TEXT" };
        var now = new Option<string?>("--now") { Description = "The time that the template may show, as 2026-01-31T12:00:00; the clock's if it is not given.", HelpName = "TIME" };
        var verb = new Command("template", "Render a conversation with a chat template, and print that and nothing else.") { file, input, bos, eos, now };
        now.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !TryParseTime(text, out _))
            {
                result.AddError($"--now is '{text}', expected a time like 2026-01-31T12:00:00");
            }
        });
        verb.SetAction(result =>
        {
            var template = ChatTemplate.Parse(File.ReadAllText(result.GetValue(file)!));
            var variables = ReadVariables(result.GetValue(input)!);
            Add("bos_token", result.GetValue(bos));
            Add("eos_token", result.GetValue(eos));
            DateTime? time = result.GetValue(now) is { } given && TryParseTime(given, out var parsed) ? parsed : null;
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(template.Render(variables, time)));
            return ExitCode.Success;

            void Add(string name, string? value)
            {
                if (value is not null)
                {
                    variables[name] = value;
                }
            }
        });
        return verb;
    }

    private static Dictionary<string, TemplateValue> ReadVariables(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => TemplateValue.FromJson(property.Value));
            }
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new CommandException($"{path} is not a JSON object: {exception.Message}");
        }

        throw new CommandException($"{path} is not a JSON object with \"messages\"");
    }

    private static bool TryParseTime(string text, out DateTime time)
    {
        var understood = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var parsed);
        time = parsed.DateTime;
        return understood;
    }
}

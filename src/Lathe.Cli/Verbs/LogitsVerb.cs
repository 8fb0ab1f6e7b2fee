using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lathe.Cli.Drift;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe logits</c>: the logits after every token of a text, for comparisons.</summary>
internal static class LogitsVerb
{
    public static Command Create()
    {
        var model = ModelOption.Create(required: true);
        var tokens = new Option<string?>("--tokens") { Description = "Token ids, separated by commas.", HelpName = "1,2,3" };
        var tokensFile = new Option<string?>("--tokens-file")
        {
            Description = "A JSON file: an array of token ids, or an object with \"tokens\" and perhaps \"prefill\".",
            HelpName = "FILE",
        };
        var text = new Option<string?>("--file", "-f") { Description = "A text file; it begins with the model's beginning-of-text token if the model wants one.", HelpName = "FILE" };
        var prefill = NumberOption.CreateOptional<int>(["--prefill"], "How many tokens are computed together; the rest follows one by one. All, if it is not given.", 0, int.MaxValue);
        var kv = KvOption.Create();
        var path = new Option<string?>("--out") { Description = "Where to write [position][vocabulary] as 32-bit floats; what produced them goes to FILE.json.", HelpName = "FILE" };
        var json = new Option<string?>("--json")
        {
            Description = "Where to write the logits after the last token with all that they depend on: hash of the model, device, routes and how often they ran, tokens.",
            HelpName = "FILE",
        };
        var verb = new Command("logits", "Write the logits after every token of a text.") { model, tokens, tokensFile, text, prefill, kv, path, json };
        var compareRoute = new CompareRouteOption(verb);
        verb.Validators.Add(result =>
        {
            if (new object?[] { result.GetValue(tokens), result.GetValue(tokensFile), result.GetValue(text) }.Count(given => given is not null) != 1)
            {
                result.AddError("logits needs exactly one of --tokens, --tokens-file and -f");
            }
            else if (result.GetValue(path) is null && result.GetValue(json) is null)
            {
                result.AddError("logits needs --out or --json: where to write");
            }
        });
        var engine = new EngineOptions(verb);
        verb.SetAction((result, cancellation) =>
        {
            var source = Source(result.GetValue(tokens), result.GetValue(tokensFile));
            var comparator = compareRoute.Create(result);
            using var loaded = engine.LoadWithoutTokenizer(result, result.GetValue(model)!, (_, policy) => new RuntimeOptions
            {
                KvElementType = KvOption.Read(result, kv) ?? (policy.Quality ? KvElementType.F32 : KvElementType.F16),
                Probe = comparator,
            });
            var ids = source.Tokens ?? Tokenizer.FromGguf(loaded.File.Metadata).Encode(File.ReadAllText(result.GetValue(text)!), addSpecial: true);
            if (ids.Length == 0)
            {
                throw new CommandException("there are no tokens to compute");
            }

            var together = Math.Min(result.GetValue(prefill) ?? source.Prefill ?? ids.Length, ids.Length);
            var before = DispatchRecord.Take(loaded.Backend.Routes);
            var last = Compute(loaded, ids, together, result.GetValue(path), comparator, cancellation);
            if (result.GetValue(json) is { } recordPath)
            {
                var record = LogitsRecord.Of(loaded, ids, together, last, DispatchRecord.Take(loaded.Backend.Routes).Since(before), comparator);
                File.WriteAllText(recordPath, JsonText.Of(record) + "\n");
            }

            return Task.FromResult(comparator is null || CompareRouteOption.Report(comparator) ? ExitCode.Success : ExitCode.Failure);
        });
        return verb;
    }

    /// <summary>Computes the tokens; a breach of the comparator's limits ends it.</summary>
    /// <returns>The logits after the last token.</returns>
    private static float[] Compute(ModelOnDevice loaded, int[] ids, int together, string? path, RouteComparator? comparator, CancellationToken cancellation)
    {
        using var session = loaded.Runtime.CreateSession();
        using (var output = path is null ? null : File.Create(path))
        {
            var reader = output is null ? null : new LogitsReader((_, logits) => output.Write(MemoryMarshal.AsBytes(logits)));
            if (together > 0)
            {
                session.Append(ids.AsMemory(0, together), reader, cancellation);
            }

            for (var i = together; i < ids.Length && comparator?.Breach is null; i++)
            {
                session.Append(ids.AsMemory(i, 1), reader, cancellation);
            }
        }

        if (path is not null)
        {
            WriteDescription(loaded, ids[..session.Length], together, path);
        }

        return session.Logits.ToArray();
    }

    private static void WriteDescription(ModelOnDevice loaded, int[] ids, int together, string path)
    {
        var policy = loaded.Runtime.Options.Policy;
        var record = new JsonObject
        {
            ["model"] = loaded.File.Path,
            ["device"] = loaded.Backend.Description,
            ["tokens"] = JsonText.Array(ids.Select(id => (JsonNode)id)),
            ["prefill"] = together,
            ["positions"] = ids.Length,
            ["vocabulary"] = loaded.Model.HyperParameters.VocabularySize,
            ["kv"] = loaded.Runtime.Options.KvElementType.ToString().ToLowerInvariant(),
            ["quality"] = policy.Quality,
            ["rules"] = JsonText.Array(policy.Rules.Select(rule => (JsonNode)rule.ToString())),
            ["dispatches"] = new JsonObject(loaded.Backend.Routes.Routes.Where(route => route.Dispatches > 0)
                .Select(route => KeyValuePair.Create(route.Id, (JsonNode?)route.Dispatches))),
        };
        File.WriteAllText(path + ".json", JsonText.Of(record) + "\n");
        Console.Out.WriteLine($"{path}: {ids.Length} positions of {loaded.Model.HyperParameters.VocabularySize} logits");
    }

    private static (int[]? Tokens, int? Prefill) Source(string? list, string? file)
    {
        if (list is not null)
        {
            return ([.. list.Split(',').Select(part =>
                int.TryParse(part, out var id) ? id : throw CommandException.Usage($"--tokens has '{part}', expected token ids separated by commas"))], null);
        }

        if (file is null)
        {
            return (null, null);
        }

        try
        {
            var root = JsonNode.Parse(File.ReadAllText(file));
            var array = root as JsonArray ?? root!["tokens"]!.AsArray();
            var prefill = root is JsonObject ? root["prefill"] : null;
            return ([.. array.Select(node => node!.GetValue<int>())], prefill?.GetValue<int>());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new CommandException($"{file} is not a JSON array of token ids, nor an object with \"tokens\"");
        }
    }
}

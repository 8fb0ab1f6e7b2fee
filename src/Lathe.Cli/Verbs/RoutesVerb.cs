using System.CommandLine;
using System.Text.Json.Nodes;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe routes</c>: every way in which this machine computes an operation, and which of them a model uses.</summary>
internal static class RoutesVerb
{
    private const int PrefillTokens = 512;

    public static Command Create()
    {
        var model = ModelOption.Create(required: false);
        var nodes = new Option<bool>("--nodes") { Description = "With a model: list every node instead of one line for equal nodes of all layers." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var dump = new Option<string?>("--dump-kernel")
        {
            Description = "Print the machine code that a route emits, for the model's shapes or, without one, for a usual shape.",
            HelpName = "ROUTE",
        };
        var verb = new Command("routes", "List the kernels that can compute each operation; with a model, which of them it uses.") { model, nodes, dump, json };
        var engine = new EngineOptions(verb);
        verb.SetAction(result =>
        {
            if (result.GetValue(model) is not { } path)
            {
                using var backend = engine.CreateBackend(result);
                if (result.GetValue(dump) is { } id)
                {
                    KernelDump.Print(backend, runtime: null, id, PrefillTokens, result.GetValue(json));
                    return ExitCode.Success;
                }

                var policy = engine.CreatePolicy(result);
                if (result.GetValue(json))
                {
                    JsonText.Print(new JsonObject { ["device"] = backend.Description, ["routes"] = RoutesJson(backend.Routes, policy) });
                    return ExitCode.Success;
                }

                PrintRoutes(backend, policy);
                return ExitCode.Success;
            }

            using var loaded = engine.LoadWithoutTokenizer(result, path);
            if (result.GetValue(dump) is { } route)
            {
                KernelDump.Print(loaded.Backend, loaded.Runtime, route, PrefillTokens, result.GetValue(json));
                return ExitCode.Success;
            }

            var uses = RouteUse.Of(loaded.Runtime, PrefillTokens, grouped: !result.GetValue(nodes));
            if (result.GetValue(json))
            {
                JsonText.Print(new JsonObject
                {
                    ["device"] = loaded.Backend.Description,
                    ["routes"] = RoutesJson(loaded.Backend.Routes, loaded.Runtime.Options.Policy),
                    ["nodes"] = JsonText.Array(uses.Select(use => new JsonObject { ["node"] = use.Node, ["op"] = use.Op, ["route"] = use.Route, ["count"] = use.Count })),
                });
                return ExitCode.Success;
            }

            PrintUses(loaded.Model, uses);
            return ExitCode.Success;
        });
        return verb;
    }

    private static JsonArray RoutesJson(RouteRegistry registry, RoutePolicy policy) => JsonText.Array(registry.Routes.Select(route => new JsonObject
    {
        ["id"] = route.Id,
        ["op"] = route.Op,
        ["reference"] = route.IsReference,
        ["default"] = Name(route.Default),
        ["setting"] = Name(policy.SettingOf(route, layer: -1)),
        ["priority"] = route.Priority,
        ["guard"] = route.GuardSummary,
        ["summary"] = route.Summary,
        ["unusable"] = registry.Unusable.GetValueOrDefault(route),
    }));

    private static void PrintRoutes(Backend backend, RoutePolicy policy)
    {
        Terminal.Out.WriteLine(backend.Description);
        var table = new Table().Border(TableBorder.Simple).AddColumns("op", "route", "setting", "priority", "guard", "what it does");
        foreach (var route in backend.Routes.Routes.OrderBy(route => route.Op, StringComparer.Ordinal).ThenByDescending(route => route.Priority))
        {
            var (setting, initial) = (Name(policy.SettingOf(route, layer: -1)), Name(route.Default));
            table.AddRow(
                new Text(route.Op), new Text(route.Id), new Text(setting == initial ? setting : $"{setting} (default {initial})"),
                new Text(route.IsReference ? "reference" : $"{route.Priority}"), new Text(route.GuardSummary), new Text(route.Summary));
        }

        Terminal.Out.Write(table);
    }

    private static void PrintUses(Model model, IReadOnlyList<RouteUse> uses)
    {
        Terminal.Out.WriteLine($"{model.Family.Architecture}, {model.HyperParameters.LayerCount} layers");
        var table = new Table().Border(TableBorder.Simple).AddColumns("node", "op", "route").AddColumn(new TableColumn("nodes").RightAligned());
        foreach (var use in uses)
        {
            table.AddRow(new Text(use.Node), new Text(use.Op), new Text(use.Route), new Text($"{use.Count}"));
        }

        Terminal.Out.Write(table);
    }

    private static string Name(RouteSetting setting) => setting.ToString().ToLowerInvariant();
}

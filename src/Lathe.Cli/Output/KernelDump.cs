using System.Text.Json.Nodes;
using Lathe.Cpu;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cli.Output;

/// <summary>The machine code of a route.</summary>
internal static class KernelDump
{
    /// <summary>Prints what the route emits for a model's nodes, or for a usual shape.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="runtime">The model; null for a usual shape.</param>
    /// <param name="id">The route.</param>
    /// <param name="prefillTokens">How many tokens a prefill batch has.</param>
    /// <param name="json">Whether to print a JSON object.</param>
    public static void Print(Backend backend, ModelRuntime? runtime, string id, int prefillTokens, bool json)
    {
        var route = backend.Routes.Routes.FirstOrDefault(route => route.Id == id) as CpuRoute
            ?? throw new CommandException($"there is no route '{id}' on this device; 'lathe routes' lists those that exist");
        var nodes = runtime is null ? [null] : Served(runtime, route, prefillTokens);
        KernelListing[] kernels = [.. nodes.SelectMany(route.Kernels).DistinctBy(kernel => kernel.Key)];
        if (kernels.Length == 0)
        {
            throw new CommandException($"'{id}' emits no machine code: the .NET runtime compiles its kernels");
        }

        if (json)
        {
            JsonText.Print(new JsonObject
            {
                ["route"] = id,
                ["kernels"] = JsonText.Array(kernels.Select(kernel => new JsonObject
                {
                    ["key"] = kernel.Key,
                    ["code_bytes"] = kernel.CodeBytes,
                    ["constant_bytes"] = kernel.ConstantBytes,
                    ["text"] = kernel.Text,
                })),
            });
            return;
        }

        foreach (var kernel in kernels)
        {
            Console.Out.WriteLine($"; {kernel.Key}: {kernel.CodeBytes} bytes of code, {kernel.ConstantBytes} of constants");
            Console.Out.WriteLine(kernel.Text);
        }
    }

    private static GraphNode?[] Served(ModelRuntime runtime, CpuRoute route, int prefillTokens)
    {
        GraphNode[] nodes =
        [
            .. ((int[])[1, prefillTokens])
                .SelectMany(tokens => runtime.GraphFor(tokens, outputs: 1).Assignments)
                .Where(assignment => assignment.Route == route)
                .Select(assignment => assignment.Node),
        ];
        return nodes.Length > 0
            ? nodes
            : throw new CommandException($"'{route.Id}' computes nothing of this model, neither one token nor {prefillTokens}; 'lathe routes -m MODEL' lists what does");
    }
}

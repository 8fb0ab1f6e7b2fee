using Lathe.Engine.Inference;

namespace Lathe.Cli.Output;

/// <summary>Which route computes a node, or all nodes of that place in the layers.</summary>
/// <param name="Node">The node's name; <c>blk.*.attn_q</c> for several layers.</param>
/// <param name="Op">Its operation.</param>
/// <param name="Route">The route's id; both if prefill and decode differ.</param>
/// <param name="Count">How many nodes.</param>
internal sealed record RouteUse(string Node, string Op, string Route, int Count)
{
    /// <summary>The uses in the order of computation.</summary>
    /// <param name="runtime">The model on its device.</param>
    /// <param name="prefillTokens">How many tokens a prefill batch has.</param>
    /// <param name="grouped">Whether equal nodes of several layers become one line.</param>
    public static IReadOnlyList<RouteUse> Of(ModelRuntime runtime, int prefillTokens, bool grouped)
    {
        // Both graphs have the same nodes in the same order; names alone do not tell them apart (RoPE of queries and of keys).
        var prefill = runtime.GraphFor(prefillTokens, outputs: 1).Assignments;
        var uses = runtime.GraphFor(tokens: 1, outputs: 1).Assignments.Zip(prefill, (decode, first) => new RouteUse(
            decode.Node.Name, decode.Node.Op, first.Route == decode.Route ? decode.Route.Id : $"{first.Route.Id} (prefill), {decode.Route.Id} (decode)", 1));
        if (!grouped)
        {
            return [.. uses];
        }

        return [.. uses.GroupBy(use => use with { Node = AnyLayer(use.Node) }).Select(group => group.Count() == 1 ? group.Single() : group.Key with { Count = group.Count() })];
    }

    private static string AnyLayer(string node)
    {
        var parts = node.Split('.');
        return parts is ["blk", _, ..] ? $"blk.*.{string.Join('.', parts[2..])}" : node;
    }
}

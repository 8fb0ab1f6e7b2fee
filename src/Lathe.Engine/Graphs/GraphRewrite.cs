namespace Lathe.Engine.Graphs;

/// <summary>Makes one node of two: a node and what reads its result, wherever nothing else does.</summary>
internal sealed class GraphRewrite
{
    private readonly ForwardGraph _graph;
    private readonly int[] _uses;
    private readonly GraphNode?[] _producers;
    private readonly HashSet<GraphNode> _absorbed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphNode, GraphNode> _replacements = new(ReferenceEqualityComparer.Instance);

    public GraphRewrite(ForwardGraph graph)
    {
        _graph = graph;
        _uses = new int[graph.ValueCount];
        _producers = new GraphNode?[graph.ValueCount];
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                _uses[input.Id]++;
            }

            if (node.Output is { } output)
            {
                _producers[output.Id] = node;
            }
        }
    }

    /// <summary>The node that makes <paramref name="value"/>, if one node alone reads it; otherwise null.</summary>
    public GraphNode? ProducerForOneReader(GraphValue value) => _uses[value.Id] == 1 ? _producers[value.Id] : null;

    /// <summary>Lets <paramref name="replacement"/> stand where <paramref name="reader"/> stood, and do the work of <paramref name="producer"/>, too.</summary>
    public void Fuse(GraphNode producer, GraphNode reader, GraphNode replacement)
    {
        _absorbed.Add(producer);
        _replacements[reader] = replacement;
    }

    /// <summary>The graph with all that was fused.</summary>
    public ForwardGraph Apply() =>
        new([.. _graph.Nodes.Where(node => !_absorbed.Contains(node)).Select(node => _replacements.GetValueOrDefault(node, node))], _graph.ValueCount, _graph.Logits);
}

using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Writes a forward pass down in the order in which a person would explain it.</summary>
public sealed class GraphBuilder
{
    private readonly List<GraphNode> _nodes = [];
    private readonly Dictionary<RopeParameters, GraphValue> _angles = [];
    private int _values;
    private int _layer = -1;

    /// <summary>The layer that the nodes written from here on belong to; -1 outside the layers.</summary>
    public int Layer
    {
        get => _layer;
        set => _layer = value;
    }

    /// <summary>The embeddings of the batch's tokens.</summary>
    public GraphValue GetRows(Weight table)
    {
        var result = NewValue(RowAxis.Tokens, table.InputWidth);
        _nodes.Add(new GetRowsNode(table.Name, Layer, table, result));
        return result;
    }

    /// <summary>RMS normalisation of each head (group) of <paramref name="input"/>.</summary>
    public GraphValue RmsNorm(GraphValue input, Weight scale, float epsilon)
    {
        Require(scale.InputWidth == input.GroupWidth, $"{scale.Name} has {scale.InputWidth} values for groups of {input.GroupWidth}");
        var result = NewValue(input.Rows, input.Width) with { GroupWidth = input.GroupWidth };
        _nodes.Add(new RmsNormNode(scale.Name, Layer, input, scale, epsilon, result));
        return result;
    }

    public GraphValue MatMul(Weight matrix, GraphValue input, Weight? bias = null)
    {
        Require(matrix.InputWidth == input.Width, $"{matrix.Name} takes {matrix.InputWidth} values, its input has {input.Width}");
        Require(bias is null || bias.InputWidth == matrix.OutputWidth, $"the bias of {matrix.Name} does not have {matrix.OutputWidth} values");
        var result = NewValue(input.Rows, matrix.OutputWidth);
        _nodes.Add(new MatMulNode(matrix.Name, Layer, matrix, input, bias, null, result));
        return result;
    }

    /// <summary>Rotates each head of <paramref name="input"/>; the angles of one set of parameters are computed once per batch.</summary>
    public GraphValue Rope(GraphValue input, RopeParameters rope)
    {
        Require(rope.RotaryDims <= input.GroupWidth, $"{rope.RotaryDims} rotary dims do not fit into heads of {input.GroupWidth}");
        if (!_angles.TryGetValue(rope, out var angles))
        {
            angles = NewValue(RowAxis.Tokens, rope.RotaryDims);
            _angles.Add(rope, angles);
            _nodes.Add(new RopeAnglesNode("rope_angles", -1, rope, angles));
        }

        var result = NewValue(input.Rows, input.Width) with { GroupWidth = input.GroupWidth };
        _nodes.Add(new RopeNode(LayerName("rope"), Layer, input, angles, rope.Style, result));
        return result;
    }

    /// <summary>Appends keys and values of the batch to the layer's KV cache.</summary>
    public void StoreKv(GraphValue key, GraphValue value) =>
        _nodes.Add(new StoreKvNode(LayerName("store_kv"), Layer, key, value));

    /// <summary>Attention of <paramref name="query"/> over everything that the layer's KV cache holds, the batch's own tokens included.</summary>
    public GraphValue Attention(GraphValue query, AttentionParameters attention)
    {
        Require(query.Width == attention.HeadCount * attention.HeadDim, $"{attention.HeadCount} heads of {attention.HeadDim} are not {query.Width} values");
        Require(attention.Sinks is null || attention.Sinks.InputWidth == attention.HeadCount, $"there is not one sink for each of {attention.HeadCount} heads");
        Require(attention.Window is null or > 0, $"a window of {attention.Window} tokens is not above 0");
        var result = NewValue(query.Rows, attention.HeadCount * attention.ValueDim);
        _nodes.Add(new AttentionNode(LayerName("attention"), Layer, query, attention, result));
        return result;
    }

    public GraphValue Glu(GluKind kind, GraphValue gate, GraphValue up)
    {
        Require(gate.Width == up.Width && gate.Rows == up.Rows, $"a gate of {gate.Width} and an up projection of {up.Width} values do not match");
        var result = NewValue(gate.Rows, gate.Width) with { GroupWidth = gate.GroupWidth };
        _nodes.Add(new GluNode(LayerName("glu"), Layer, gate, up, kind, result));
        return result;
    }

    public GraphValue Add(GraphValue left, GraphValue right)
    {
        Require(left.Width == right.Width && left.Rows == right.Rows, $"{left.Width} and {right.Width} values cannot be added");
        var result = NewValue(left.Rows, left.Width);
        _nodes.Add(new AddNode(LayerName("add"), Layer, left, right, result));
        return result;
    }

    /// <summary>Multiplies every value by <paramref name="factor"/>.</summary>
    public GraphValue Scale(GraphValue input, float factor)
    {
        var result = NewValue(input.Rows, input.Width) with { GroupWidth = input.GroupWidth };
        _nodes.Add(new ScaleNode(LayerName("scale"), Layer, input, factor, result));
        return result;
    }

    /// <summary>Bounds every value to <c>±cap</c>, smoothly.</summary>
    public GraphValue SoftCap(GraphValue input, float cap)
    {
        Require(cap > 0, $"a cap of {cap} is not above 0");
        var result = NewValue(input.Rows, input.Width);
        _nodes.Add(new SoftCapNode(LayerName("soft_cap"), Layer, input, cap, result));
        return result;
    }

    /// <summary>Picks <paramref name="used"/> experts for each token; the result is read by <see cref="ExpertMatMul"/> and <see cref="WeightedSum"/> only.</summary>
    public GraphValue RouteExperts(GraphValue logits, int used)
    {
        Require(used > 0 && used <= logits.Width, $"{used} of {logits.Width} experts cannot be used");
        var result = NewValue(logits.Rows, 2 * used);
        _nodes.Add(new RouteExpertsNode(LayerName("route_experts"), Layer, logits, used, result));
        return result;
    }

    /// <summary>Each token times the matrices of its experts: <c>[tokens, used · out]</c>, an expert to a group.</summary>
    /// <param name="input">A row for all experts of a token, or a group for each.</param>
    public GraphValue ExpertMatMul(Weight matrix, GraphValue input, GraphValue routing, Weight? bias = null)
    {
        var used = routing.Width / 2;
        Require(
            input.Width == matrix.InputWidth || (input.GroupWidth == matrix.InputWidth && input.GroupCount == used),
            $"{matrix.Name} takes {matrix.InputWidth} values, its input has {input.GroupCount} groups of {input.GroupWidth} for {used} experts");
        Require(
            bias is null || (bias.InputWidth == matrix.OutputWidth && bias.OutputWidth == matrix.ExpertCount),
            $"the bias of {matrix.Name} does not have {matrix.OutputWidth} values for each of {matrix.ExpertCount} experts");
        var result = NewValue(input.Rows, used * matrix.OutputWidth) with { GroupWidth = matrix.OutputWidth };
        _nodes.Add(new ExpertMatMulNode(matrix.Name, Layer, matrix, input, routing, bias, result));
        return result;
    }

    /// <summary>Sum over the experts of each token, by the weights of the routing.</summary>
    public GraphValue WeightedSum(GraphValue input, GraphValue routing)
    {
        Require(input.GroupCount == routing.Width / 2, $"{input.GroupCount} groups cannot be weighed by {routing.Width / 2} experts");
        var result = NewValue(input.Rows, input.GroupWidth);
        _nodes.Add(new WeightedSumNode(LayerName("weighted_sum"), Layer, input, routing, result));
        return result;
    }

    /// <summary>Keeps only the rows whose logits were asked for.</summary>
    public GraphValue RowsWithLogits(GraphValue input)
    {
        var result = NewValue(RowAxis.Outputs, input.Width);
        _nodes.Add(new OutputRowsNode("output_rows", Layer, input, result));
        return result;
    }

    /// <summary>Ends the graph with its result.</summary>
    public ForwardGraph Build(GraphValue logits)
    {
        Require(logits.Rows == RowAxis.Outputs, "logits are rows of the outputs");
        return new ForwardGraph(_nodes, _values, logits);
    }

    private GraphValue NewValue(RowAxis rows, int width) => new(_values++, rows, width, width);

    private string LayerName(string name) => Layer < 0 ? name : $"blk.{Layer}.{name}";

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}

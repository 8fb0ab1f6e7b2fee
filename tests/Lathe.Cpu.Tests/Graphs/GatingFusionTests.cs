using Lathe.Cpu.Tests.Inference;
using Lathe.Cpu.Tests.Ops;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.Graphs;

public sealed unsafe class GatingFusionTests
{
    private readonly Weight _matrix = Values.Matrix(GgmlType.Q8_0, 32, 32, new float[32 * 32]);

    [Fact]
    public void The_up_product_gates_its_results()
    {
        var graph = Graph((builder, input) => builder.Glu(GluKind.GeGlu, builder.MatMul(_matrix, input), builder.MatMul(_matrix, input)));
        var glu = graph.Nodes.OfType<GluNode>().Single();
        var up = graph.Nodes.OfType<MatMulNode>().Single(node => node.Result == glu.Up);
        var fused = GatingFusion.Apply(graph, (_, _) => true);
        Assert.Equal(graph.Nodes.Where(node => node != up).Select(node => node == glu ? up with { Gating = new Gating(GluKind.GeGlu, glu.Gate), Result = glu.Result } : node), fused.Nodes);
        Assert.Equal([up.Input, glu.Gate], fused.Nodes.OfType<MatMulNode>().Single(node => node.Gating is not null).Inputs);
        Assert.Equal(graph.Logits, fused.Logits);
    }

    [Fact]
    public void So_do_products_of_experts()
    {
        var experts = new Weight("experts", GgmlType.Q8_0, 32, 8, _matrix.Data, _matrix.RowBytes, 4);
        var graph = Graph((builder, input) =>
        {
            var routing = builder.RouteExperts(builder.MatMul(_matrix, input), 2);
            var glu = builder.Glu(GluKind.SwiGluOai, builder.ExpertMatMul(experts, input, routing), builder.ExpertMatMul(experts, input, routing));
            return builder.WeightedSum(glu, routing);
        });
        var glu = graph.Nodes.OfType<GluNode>().Single();
        var fused = GatingFusion.Apply(graph, (_, _) => true);
        var up = Assert.IsType<ExpertMatMulNode>(Assert.Single(fused.Nodes, node => node.Output == glu.Result));
        Assert.Equal(new Gating(GluKind.SwiGluOai, glu.Gate), up.Gating);
        Assert.Equal(glu.Gate, up.Inputs[^1]);
        Assert.Equal(graph.Nodes.Count - 1, fused.Nodes.Count);
    }

    [Fact]
    public void Nothing_is_fused_where_it_does_not_pay()
    {
        var graph = Graph((builder, input) => builder.Glu(GluKind.SwiGlu, builder.MatMul(_matrix, input), builder.MatMul(_matrix, input)));
        Assert.Equal(graph.Nodes, GatingFusion.Apply(graph, (_, _) => false).Nodes);
    }

    [Fact]
    public void A_product_that_somebody_else_reads_stays()
    {
        var graph = Graph((builder, input) =>
        {
            var up = builder.MatMul(_matrix, input);
            return builder.Add(up, builder.Glu(GluKind.SwiGlu, builder.MatMul(_matrix, input), up));
        });
        Assert.Equal(graph.Nodes, GatingFusion.Apply(graph, (_, _) => true).Nodes);
    }

    [Fact]
    public void A_product_with_a_residual_stays()
    {
        var graph = ResidualFusion.Apply(Graph((builder, input) =>
            builder.Glu(GluKind.SwiGlu, builder.MatMul(_matrix, input), builder.Add(input, builder.MatMul(_matrix, input)))));
        Assert.Contains(graph.Nodes, node => node is MatMulNode { Residual: not null });
        Assert.Equal(graph.Nodes, GatingFusion.Apply(graph, (_, _) => true).Nodes);
    }

    [Fact]
    public void Prompts_gate_in_the_product_only_as_the_fast_unit_would()
    {
        using var backend = new CpuBackend(threads: 1);
        var route = backend.Routes.Routes.Single(route => route.Id == "cpu.matmul.q8_0.gemm.vnni512");
        Assert.SkipWhen(route.WhyNot(new MatMulNode("up", 0, _matrix, Values.Tokens(0, 32), null, null, Values.Tokens(1, 32))) is not null, "The processor has no 512-bit vpdpbusd.");
        Assert.Equal(0, UnitsOfAPrompt("cpu.*.amx=off"));
        Assert.Equal(2, UnitsOfAPrompt("cpu.*.amx=off", "cpu.glu.simd=off"));
        Assert.Equal(2, UnitsOfAPrompt("cpu.*.amx=off", "cpu.matmul.*.gemm.vnni512=off"));
    }

    /// <summary>Gated units that a graph for prompts of a model of two layers runs apart.</summary>
    private static int UnitsOfAPrompt(params string[] rules)
    {
        using var tiny = new TinyRuntime(new RuntimeOptions { Policy = RoutePolicy.Create(rules: rules) });
        return tiny.Runtime.GraphFor(tokens: 20, outputs: 1).Assignments.Count(assignment => assignment.Node is GluNode);
    }

    private ForwardGraph Graph(Func<GraphBuilder, GraphValue, GraphValue> layer)
    {
        var builder = new GraphBuilder();
        return builder.Build(builder.RowsWithLogits(layer(builder, builder.GetRows(_matrix))));
    }
}

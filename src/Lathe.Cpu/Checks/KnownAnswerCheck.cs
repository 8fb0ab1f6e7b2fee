using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Checks;

/// <summary>Before a fast kernel computes anything that matters, it computes a small tile of the same node that the reference computes too.
/// A kernel that disagrees is out for the life of the process.</summary>
internal sealed class KnownAnswerCheck(RouteRegistry registry)
{
    private const int ProbeRows = 24;
    private const int ProbeWindow = 3;

    // One token, a few and more: a route may have kernels of its own for each.
    private static readonly int[] s_tokenCounts = [1, 5, 13];

    private readonly HashSet<(CpuRoute Route, string Kernel, bool BatchInvariant)> _passed = [];

    /// <summary>True if the route agrees with the reference on a tile of <paramref name="node"/>; otherwise the route is marked unusable.</summary>
    public bool Passes(CpuRoute route, GraphNode node, KvLayout? kv, bool batchInvariant)
    {
        if (route.IsReference || _passed.Contains((route, KernelOf(node), batchInvariant)))
        {
            return true;
        }

        try
        {
            foreach (var tokens in TokenCounts(route, node, batchInvariant))
            {
                var error = Error(route, Shrink(node), tokens, kv, batchInvariant);
                if (!(error <= route.Tolerance))
                {
                    registry.MarkUnusable(route, $"failed its known-answer check on {node.Name}: error {error:e1} against the reference, at most {route.Tolerance:e1} allowed");
                    return false;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or NotSupportedException or PlatformNotSupportedException)
        {
            registry.MarkUnusable(route, $"did not compile for {node.Name}: {exception.Message}");
            return false;
        }

        _passed.Add((route, KernelOf(node), batchInvariant));
        return true;
    }

    /// <summary>The counts that the route may be chosen for; a batch-invariant graph chooses it for all.</summary>
    private static IEnumerable<int> TokenCounts(CpuRoute route, GraphNode node, bool batchInvariant) =>
        batchInvariant ? s_tokenCounts : s_tokenCounts.Where(tokens => route.WhyNot(node, new GraphShape(tokens, tokens)) is null);

    /// <summary>What distinguishes the kernels of one route.</summary>
    private static string KernelOf(GraphNode node) => node switch
    {
        MatMulNode matmul => $"{matmul.Matrix.Type} {matmul.Matrix.InputWidth} {matmul.Bias is not null} {matmul.Residual is not null} {matmul.Gating?.Kind}",
        ExpertMatMulNode experts => $"{experts.Matrix.Type} {experts.Matrix.InputWidth} {experts.Bias is not null} {experts.IsInputShared} {experts.Gating?.Kind}",
        GluNode glu => glu.Kind.ToString(),
        GetRowsNode rows => rows.Table.Type.ToString(),
        AttentionNode attention => attention.Attention.ToString(),
        RopeNode rope => $"{rope.Style} {rope.Angles.Width} {rope.Input.GroupWidth}",
        RmsNormNode norm => $"{norm.Input.GroupWidth}",
        _ => node.Op,
    };

    private static GraphNode Shrink(GraphNode node) => node switch
    {
        MatMulNode matmul when matmul.Matrix.OutputWidth > ProbeRows => matmul with
        {
            Matrix = matmul.Matrix.FirstRows(ProbeRows),
            Residual = matmul.Residual is null ? null : Narrow(matmul.Residual),
            Gating = matmul.Gating is null ? null : matmul.Gating with { Gate = Narrow(matmul.Gating.Gate) },
            Result = Narrow(matmul.Result),
        },
        StoreKvNode store => store with { Layer = 0 },
        AttentionNode attention => attention with { Layer = 0, Attention = WithinProbe(attention.Attention) },
        ExpertMatMulNode experts when experts.Matrix.OutputWidth > ProbeRows => experts with
        {
            Matrix = experts.Matrix.FirstRows(ProbeRows),
            Gating = experts.Gating is null ? null : experts.Gating with { Gate = NarrowGroups(experts.Gating.Gate, experts.Used) },
            Result = NarrowGroups(experts.Result, experts.Used),
        },
        _ => node,
    };

    /// <summary>A window so short that the few tokens of a probe leave it.</summary>
    private static AttentionParameters WithinProbe(AttentionParameters attention) =>
        attention.Window is { } window ? attention with { Window = Math.Min(window, ProbeWindow) } : attention;

    private static GraphValue Narrow(GraphValue value) => value with { Width = ProbeRows, GroupWidth = ProbeRows };

    private static GraphValue NarrowGroups(GraphValue value, int groups) => value with { Width = groups * ProbeRows, GroupWidth = ProbeRows };

    private double Error(CpuRoute route, GraphNode node, int tokens, KvLayout? layout, bool batchInvariant)
    {
        var random = new Random(tokens);
        var batch = new Batch(new GraphShape(tokens, tokens));
        using var kv = layout is null ? null : new CpuKvStorage(layout with { Layers = 1 });
        using var pool = kv is null ? null : new KvPool(kv, capacity: 4);
        using var sequence = pool is null ? null : new KvSequence(pool);
        sequence?.Reserve(tokens);
        batch.Add(sequence!, Enumerable.Range(0, tokens).ToArray(), tokens);
        var inputs = node.Inputs.Select(input => RandomRows(random, tokens * input.Width)).ToArray();
        if (node is ExpertMatMulNode experts)
        {
            inputs[1] = RandomRouting(random, tokens, experts.Used, experts.Matrix.ExpertCount);
        }

        if (node is StoreKvNode store)
        {
            return StoreError(route, store, batch, kv!, inputs);
        }

        if (node is AttentionNode attention)
        {
            FillCache(attention.Attention, batch, kv!, random);
        }

        var expected = StepProbe.Run((CpuRoute)registry.ReferenceOf(node.Op), node, batch, kv, inputs);
        var actual = StepProbe.Run(route, node, batch, kv, inputs, batchInvariant);
        return NormalizedError(expected, actual);
    }

    /// <summary>What was stored is seen through the reference attention.</summary>
    private double StoreError(CpuRoute route, StoreKvNode node, Batch batch, CpuKvStorage kv, float[][] inputs)
    {
        var heads = kv.Layout.KvHeads;
        var query = new GraphValue(0, RowAxis.Tokens, heads * kv.Layout.KeyDim, kv.Layout.KeyDim);
        var result = new GraphValue(1, RowAxis.Tokens, heads * kv.Layout.ValueDim, kv.Layout.ValueDim);
        var reader = new AttentionNode(node.Name, 0, query, new AttentionParameters(heads, heads, kv.Layout.KeyDim, kv.Layout.ValueDim, 1), result);
        var queries = RandomRows(new Random(1), batch.TokenCount * query.Width);
        var attention = (CpuRoute)registry.ReferenceOf(reader.Op);
        StepProbe.Run((CpuRoute)registry.ReferenceOf(node.Op), node, batch, kv, inputs);
        var expected = StepProbe.Run(attention, reader, batch, kv, [queries]);
        StepProbe.Run(route, node, batch, kv, [.. inputs.Select(input => new float[input.Length])]);
        StepProbe.Run(route, node, batch, kv, inputs);
        return NormalizedError(expected, StepProbe.Run(attention, reader, batch, kv, [queries]));
    }

    private void FillCache(AttentionParameters attention, Batch batch, CpuKvStorage kv, Random random)
    {
        var key = new GraphValue(0, RowAxis.Tokens, attention.KvHeadCount * attention.HeadDim, attention.HeadDim);
        var value = new GraphValue(1, RowAxis.Tokens, attention.KvHeadCount * attention.ValueDim, attention.ValueDim);
        var store = new StoreKvNode("store_kv", 0, key, value);
        StepProbe.Run((CpuRoute)registry.ReferenceOf(store.Op), store, batch, kv, [RandomRows(random, batch.TokenCount * key.Width), RandomRows(random, batch.TokenCount * value.Width)]);
    }

    private static float[] RandomRows(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    /// <summary>Distinct experts for each token, and weights.</summary>
    private static float[] RandomRouting(Random random, int tokens, int used, int experts)
    {
        var all = Enumerable.Range(0, experts).Select(expert => (float)expert).ToArray();
        var routing = new float[tokens * 2 * used];
        for (var token = 0; token < tokens; token++)
        {
            random.Shuffle(all);
            all.AsSpan(0, used).CopyTo(routing.AsSpan(2 * used * token));
            routing.AsSpan((2 * used * token) + used, used).Fill(1f / used);
        }

        return routing;
    }

    private static double NormalizedError(float[] expected, float[] actual)
    {
        double difference = 0, power = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)expected[i] - actual[i], 2);
            power += Math.Pow(expected[i], 2);
        }

        return power == 0 ? difference : difference / power;
    }
}

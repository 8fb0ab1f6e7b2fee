using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Tests.Benchmarking;

/// <summary>A device that computes nothing and remembers what it was asked to run: which tokens in which batch, and which routes.</summary>
/// <param name="routes">The routes that its matrix products choose among.</param>
/// <param name="ignoresPolicy">Whether it always runs the first route, whatever it is told: a device that is broken in the way that counters must catch.</param>
internal sealed class RecordingBackend(IReadOnlyList<Route> routes, bool ignoresPolicy = false) : Backend
{
    private int _compiled;

    public override string Name => "recording";

    public override string Description => "records batches";

    public override string MathMode => "none";

    public override RouteRegistry Routes { get; } = new(routes);

    /// <summary>Every batch that ran: position of its first token, and its tokens.</summary>
    public List<(int Position, int[] Tokens)> Batches { get; } = [];

    /// <summary>A kernel for every graph.</summary>
    public override KernelCounters Kernels => new(_compiled, 0, TimeSpan.Zero);

    public override CompiledGraph Compile(ForwardGraph graph, GraphShape shape, KvStorage kv, CompileOptions options)
    {
        _compiled++;
        var assignments = graph.Nodes.OfType<MatMulNode>()
            .Select(node => ((GraphNode)node, ignoresPolicy ? routes[0] : Routes.Select(node, shape, options.Policy))).ToList();
        return new RecordingGraph(this, shape, graph.Logits.Width, assignments);
    }

    public override KvStorage CreateKvStorage(KvLayout layout) => new NoStorage(layout);

    public override void Dispose()
    {
    }

    private sealed class RecordingGraph(RecordingBackend backend, GraphShape shape, int vocabulary, IReadOnlyList<(GraphNode Node, Route Route)> assignments)
        : CompiledGraph(shape, vocabulary)
    {
        private readonly float[] _logits = new float[vocabulary];

        public override IReadOnlyList<(GraphNode Node, Route Route)> Assignments => assignments;

        public override int BarrierCount => 0;

        public override long ArenaBytes => 0;

        public override void Run(Batch batch)
        {
            backend.Batches.Add((batch.Positions[0], batch.Tokens.ToArray()));
            foreach (var (_, route) in assignments)
            {
                route.CountDispatch();
            }
        }

        public override Span<float> Logits(int output) => _logits;

        public override void Dispose()
        {
        }
    }

    private sealed class NoStorage(KvLayout layout) : KvStorage(layout)
    {
        public override void Commit(int page)
        {
        }

        public override void CopyPage(int from, int to, int tokens)
        {
        }

        public override void Dispose()
        {
        }
    }
}

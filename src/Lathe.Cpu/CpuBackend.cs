using Lathe.Cpu.Checks;
using Lathe.Cpu.Execution;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Cpu.Simd.Activations;
using Lathe.Cpu.Threading;
using Lathe.Cpu.X64;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu;

/// <summary>Runs graphs on the processor's cores.</summary>
public sealed class CpuBackend : Backend
{
    private readonly ComputeThreadPool _pool;
    private readonly KnownAnswerCheck _check;

    /// <param name="threads">Threads that compute; 0 for one per core.</param>
    public CpuBackend(int threads = 0)
        : this(threads, CpuRoutes.CreateAll())
    {
        KernelCache.WarmUp();
    }

    internal CpuBackend(int threads, IEnumerable<CpuRoute> routes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        Routes = new RouteRegistry(routes);
        _pool = new ComputeThreadPool(Threads);
        _check = new KnownAnswerCheck(Routes);
    }

    public int Threads { get; }

    public override string Name => "cpu";

    public override string Description => $"{CpuInformation.ModelName}, {CpuInformation.InstructionSet}, {Threads} thread{(Threads == 1 ? "" : "s")}";

    // Compiled code is never contracted or reordered: a kernel fuses where its source says so.
    public override string MathMode => "ieee";

    public override RouteRegistry Routes { get; }

    /// <summary>Of the process: its backends share their kernels.</summary>
    public override KernelCounters Kernels => new(KernelCache.Compiled, KernelCache.Hits, KernelCache.CompileTime);

    public override CompiledGraph Compile(ForwardGraph graph, GraphShape shape, KvStorage kv, CompileOptions options)
    {
        // Where a token's bits must not depend on the batch, no route may: every graph takes those of the largest batch.
        var choiceShape = options.BatchInvariant ? new GraphShape(int.MaxValue, int.MaxValue) : shape;
        graph = GatingFusion.Apply(ResidualFusion.Apply(graph), (glu, product) => GatesItsResults(product, glu, choiceShape, options.Policy));
        var builder = new StepBuilder(shape, Threads, (CpuKvStorage)kv) { BatchInvariant = options.BatchInvariant };
        var probed = options.Probe is null ? null : new ProbedSteps(options.Probe, Routes, builder, ProbedSteps.LastOfLayers(graph));

        var steps = new List<PlannedStep>();
        foreach (var node in graph.Nodes)
        {
            var route = Choose(node, choiceShape, kv.Layout, options);
            var step = route.Compile(node, builder);
            steps.AddRange(builder.TakePending().Select(pending => new PlannedStep(pending, null, null)));
            var planned = new PlannedStep(step, node, route);
            steps.AddRange(probed is null ? [planned] : probed.Around(node, route, planned));
        }

        var logits = builder.Input(graph.Logits);
        var top = shape.Outputs == 1 ? new TopTokenStep(logits, graph.Logits.Width, Threads) : null;
        if (top is not null)
        {
            steps.Add(new PlannedStep(top, null, null));
        }

        var phases = PhasePlanner.Plan(steps, Threads);
        var arena = ArenaPlanner.Bind(phases, builder.ScratchBuffers, logits, Threads);
        return new CpuCompiledGraph(shape, graph.Logits.Width, phases, arena, logits, top, _pool);
    }

    public override KvStorage CreateKvStorage(KvLayout layout) => new CpuKvStorage(layout);

    public override void Dispose() => _pool.Dispose();

    /// <summary>Whether the route of the product gains from gating its results itself, and does it as the route of the gated unit would.</summary>
    private bool GatesItsResults(GraphNode product, GluNode glu, GraphShape shape, RoutePolicy policy) =>
        Routes.Select(product, shape, policy) is MatMulRoute { GainsFromGating: true } or ExpertMatMulRoute { GainsFromGating: true } && Routes.Select(glu, shape, policy) is GluSimd;

    private CpuRoute Choose(GraphNode node, GraphShape shape, KvLayout kv, CompileOptions options)
    {
        while (true)
        {
            // A route that fails its check is out of the registry's choice, so this ends: at the latest with the reference.
            var route = (CpuRoute)Routes.Select(node, shape, options.Policy);
            if (_check.Passes(route, node, kv, options.BatchInvariant))
            {
                return route;
            }
        }
    }
}

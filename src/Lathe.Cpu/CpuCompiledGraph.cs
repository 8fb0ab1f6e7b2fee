using Lathe.Cpu.Execution;
using Lathe.Cpu.Memory;
using Lathe.Cpu.Threading;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu;

/// <summary>A flat list of phases over one arena, walked by the thread pool.</summary>
internal sealed class CpuCompiledGraph : CompiledGraph
{
    private readonly PlannedStep[][] _phases;
    private readonly AlignedMemory _arena;
    private readonly CpuBuffer _logits;
    private readonly ComputeThreadPool _pool;
    private readonly Execution _execution;

    public CpuCompiledGraph(GraphShape shape, int vocabularySize, PlannedStep[][] phases, AlignedMemory arena, CpuBuffer logits, ComputeThreadPool pool)
        : base(shape, vocabularySize)
    {
        _phases = phases;
        _arena = arena;
        _logits = logits;
        _pool = pool;
        _execution = new Execution(phases);
        Assignments = [.. phases.SelectMany(phase => phase).Where(step => step.Node is not null).Select(step => (step.Node!, (Route)step.Route!))];
    }

    public override IReadOnlyList<(GraphNode Node, Route Route)> Assignments { get; }

    public override int BarrierCount => _pool.Threads == 1 ? 0 : _phases.Length;

    public override long ArenaBytes => _arena.Bytes;

    public override void Run(Batch batch)
    {
        if (batch.TokenCount > Shape.Tokens || batch.OutputCount > Shape.Outputs)
        {
            throw new ArgumentException($"a batch of {batch.TokenCount} tokens and {batch.OutputCount} outputs does not fit into {Shape}");
        }

        _execution.Batch = batch;
        _pool.Run(_execution);
        _execution.ThrowIfFailed();
    }

    public override unsafe Span<float> Logits(int output) => new(_logits.FloatRow(0, output), VocabularySize);

    public override void Dispose() => _arena.Dispose();

    private sealed class Execution(PlannedStep[][] phases) : ParallelWork
    {
        private Exception? _failure;

        public Batch? Batch { get; set; }

        public override void Run(int thread, SpinBarrier barrier)
        {
            var context = new StepContext(Batch!, thread, Threads: barrier.Participants);
            foreach (var phase in phases)
            {
                // A step that throws must not leave the other threads waiting at the barrier.
                try
                {
                    foreach (var planned in phase)
                    {
                        if (thread == 0)
                        {
                            planned.Route?.CountDispatch();
                        }

                        planned.Step.Run(in context);
                    }
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    _failure ??= exception;
                }

                barrier.SignalAndWait();
            }
        }

        public void ThrowIfFailed()
        {
            if (Interlocked.Exchange(ref _failure, null) is { } failure)
            {
                throw new InvalidOperationException($"a kernel failed: {failure.Message}", failure);
            }
        }
    }
}

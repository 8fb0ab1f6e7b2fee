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
    private readonly Phase[] _phases;
    private readonly AlignedMemory _arena;
    private readonly CpuBuffer _logits;
    private readonly TopTokenStep? _top;
    private readonly ComputeThreadPool _pool;
    private readonly Execution _execution;

    public CpuCompiledGraph(GraphShape shape, int vocabularySize, Phase[] phases, AlignedMemory arena, CpuBuffer logits, TopTokenStep? top, ComputeThreadPool pool)
        : base(shape, vocabularySize)
    {
        _phases = phases;
        _arena = arena;
        _logits = logits;
        _top = top;
        _pool = pool;
        _execution = new Execution(phases);
        Assignments = [.. phases.SelectMany(phase => phase.Steps).Where(step => step.Node is not null).Select(step => (step.Node!, (Route)step.Route!))];
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

        _top?.Reset();
        _execution.Prepare(batch);
        _pool.Run(_execution);
        _execution.ThrowIfFailed();
    }

    public override unsafe Span<float> Logits(int output) => new(_logits.FloatRow(0, output), VocabularySize);

    public override int? TopToken => _top?.Token;

    public override void Dispose() => _arena.Dispose();

    private sealed class Execution(Phase[] phases) : ParallelWork
    {
        // Parts of each phase that have been taken.
        private readonly int[] _taken = new int[phases.Length];
        private Exception? _failure;

        public Batch? Batch { get; private set; }

        /// <summary>To be called before all threads run.</summary>
        public void Prepare(Batch batch)
        {
            Batch = batch;
            Array.Fill(_taken, -1);
        }

        public override void Run(int thread, SpinBarrier barrier)
        {
            for (var phase = 0; phase < phases.Length; phase++)
            {
                // A step that throws must not leave the other threads waiting at the barrier.
                try
                {
                    if (thread == 0)
                    {
                        Count(phases[phase]);
                    }

                    RunShare(phases[phase], ref _taken[phase], thread);
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    _failure ??= exception;
                }

                barrier.SignalAndWait();
            }
        }

        private static void Count(Phase phase)
        {
            foreach (var planned in phase.Steps)
            {
                planned.Route?.CountDispatch();
            }
        }

        private void RunShare(Phase phase, ref int taken, int thread)
        {
            var (division, divided) = (phase.Division, phase.Divided);
            var context = new StepContext(Batch!, thread, division, thread);
            foreach (var planned in phase.Replicated)
            {
                planned.Step.Run(in context);
            }

            if (division.Parts == division.Threads)
            {
                RunPart(divided, in context);
                return;
            }

            for (var part = Interlocked.Increment(ref taken); part < division.Parts; part = Interlocked.Increment(ref taken))
            {
                RunPart(divided, context with { Part = part });
            }
        }

        private static void RunPart(PlannedStep[] steps, in StepContext context)
        {
            foreach (var planned in steps)
            {
                planned.Step.Run(in context);
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

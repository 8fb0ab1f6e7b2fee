using Lathe.Cpu.Memory;

namespace Lathe.Cpu.Execution;

/// <summary>Gives each buffer of a compiled graph a place in one arena. Buffers whose phases do not overlap share memory.</summary>
public static class ArenaPlanner
{
    /// <summary>Allocates the arena and binds every buffer.</summary>
    /// <param name="phases">The steps in the order of execution.</param>
    /// <param name="scratch">Buffers that are garbage between steps; each with its offset in a thread's scratch memory.</param>
    /// <param name="keep">A buffer that outlives the run: the logits.</param>
    public static unsafe AlignedMemory Bind(IReadOnlyList<Phase> phases, IReadOnlyList<(CpuBuffer Buffer, long Offset)> scratch, CpuBuffer? keep, int threads)
    {
        var lifetimes = Lifetimes(phases, scratch, keep);
        var placed = new List<(long Start, long End, int First, int Last)>();
        var offsets = new Dictionary<CpuBuffer, long>(ReferenceEqualityComparer.Instance);
        long end = 0;

        // Largest first: the small ones fill the gaps that are left.
        foreach (var (buffer, (first, last)) in lifetimes.OrderByDescending(pair => Size(pair.Key, threads)))
        {
            var size = Size(buffer, threads);
            long offset = 0;
            foreach (var other in placed.Where(other => other.First <= last && first <= other.Last).OrderBy(other => other.Start))
            {
                if (offset + size <= other.Start)
                {
                    break;
                }

                offset = Math.Max(offset, other.End);
            }

            placed.Add((offset, offset + size, first, last));
            offsets.Add(buffer, offset);
            end = Math.Max(end, offset + size);
        }

        var scratchSize = scratch.Select(item => item.Offset + item.Buffer.CopyBytes).DefaultIfEmpty().Max();
        var arena = new AlignedMemory(end + (scratchSize * threads));
        foreach (var (buffer, offset) in offsets)
        {
            buffer.Bind(arena.Pointer + offset, buffer.CopyBytes);
        }

        foreach (var (buffer, offset) in scratch)
        {
            buffer.Bind(arena.Pointer + end + offset, scratchSize);
        }

        return arena;
    }

    private static Dictionary<CpuBuffer, (int First, int Last)> Lifetimes(IReadOnlyList<Phase> phases, IReadOnlyList<(CpuBuffer Buffer, long Offset)> scratch, CpuBuffer? keep)
    {
        var isScratch = new HashSet<CpuBuffer>(scratch.Select(item => item.Buffer), ReferenceEqualityComparer.Instance);
        var lifetimes = new Dictionary<CpuBuffer, (int First, int Last)>(ReferenceEqualityComparer.Instance);
        for (var phase = 0; phase < phases.Count; phase++)
        {
            foreach (var access in phases[phase].Steps.SelectMany(step => step.Step.Accesses).Where(access => !isScratch.Contains(access.Buffer)))
            {
                lifetimes[access.Buffer] = lifetimes.TryGetValue(access.Buffer, out var known) ? (known.First, phase) : (phase, phase);
            }
        }

        if (keep is not null)
        {
            lifetimes[keep] = (lifetimes[keep].First, phases.Count);
        }

        return lifetimes;
    }

    private static long Size(CpuBuffer buffer, int threads) => buffer.CopyBytes * (buffer.Replicated ? threads : 1);
}

using System.Diagnostics;
using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>Damaged copies of real files are read whole or refused with a <see cref="GgufException"/>: no crash (the memory ends at an inaccessible
/// page), no hang, and no more memory than the header accounts for.</summary>
public sealed unsafe class GgufFuzzTests
{
    private const int Mutations = 120_000;

    // The embedded model's vocabulary takes about a hundred times as long to read as the other headers.
    private const int MutationsOfEmbeddedModel = 1_500;

    // Small objects per entry cost more than the few bytes that an entry takes, and the first exception of a kind some tens of kilobytes.
    private const int AllocationPerHeaderByte = 4;
    private const int AllocationConstant = 128 * 1024;

    [Fact]
    public void Mutated_files_are_read_or_refused()
    {
        var targets = GoldenFiles.Models.Select(path => new FuzzTarget(path)).ToArray();
        Run(Mutations, seed => targets[seed % targets.Length]);
        Array.ForEach(targets, target => target.Dispose());
    }

    [Fact]
    public void Mutated_copies_of_a_file_with_a_vocabulary_are_read_or_refused()
    {
        using var target = new FuzzTarget(GoldenFiles.EmbeddedModel);
        Run(MutationsOfEmbeddedModel, _ => target);
    }

    [Fact]
    public void Every_truncation_of_a_header_is_refused()
    {
        foreach (string path in GoldenFiles.Models)
        {
            using var whole = new FuzzTarget(path);
            ReadOnlySpan<byte> header = whole.Window[..whole.HeaderLength];
            using var memory = new GuardedMemory(header);
            for (int length = 0; length < header.Length; length++)
            {
                // Each cut is moved to where the inaccessible page begins.
                byte* start = memory.End - length;
                header[..length].CopyTo(new Span<byte>(start, length));
                var error = Assert.Throws<GgufException>(() => GgufFile.FromMemory(start, length, whole.Name).Dispose());
                Assert.NotNull(error.Field);
                Assert.InRange(error.Offset ?? -1, 0, length);
            }
        }
    }

    private static void Run(int count, Func<int, FuzzTarget> targetOf)
    {
        int seed = 0;
        var statistics = new FuzzStatistics();
        Exception? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                for (; seed < count; Volatile.Write(ref seed, seed + 1))
                {
                    RunOne(targetOf(seed), seed, statistics);
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true };
        var clock = Stopwatch.StartNew();
        worker.Start();
        Assert.True(worker.Join(TimeSpan.FromMinutes(2)), $"Still busy with seed {Volatile.Read(ref seed)} of {targetOf(seed).Name}.");
        Assert.True(failure is null, $"Seed {seed} of {targetOf(seed).Name}: {failure}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} mutations in {clock.Elapsed.TotalSeconds:F1} s: {statistics}");

        // A fuzzer that accepts or refuses nearly everything, or meets few different faults, tests little.
        Assert.InRange(statistics.Accepted, count / 50, count - (count / 50));
        Assert.InRange(statistics.FaultCount, 20, int.MaxValue);
    }

    private static void RunOne(FuzzTarget target, int seed, FuzzStatistics statistics)
    {
        long length = HeaderMutator.Mutate(target, new Random(seed));
        long before = GC.GetAllocatedBytesForCurrentThread();
        long opened = before;
        GgufException? refusal = null;
        try
        {
            using var file = GgufFile.FromMemory(target.Start, length, target.Name);
            opened = GC.GetAllocatedBytesForCurrentThread();
            FileReader.ReadAll(file);
        }
        catch (GgufException e)
        {
            refusal = e;
        }

        long after = GC.GetAllocatedBytesForCurrentThread();
        target.Restore();
        long opening = (refusal is null ? opened : after) - before;
        statistics.Count(refusal, opening);
        Assert.InRange(opening, 0, Math.Min(target.Length, (long)AllocationPerHeaderByte * target.HeaderLength) + AllocationConstant);
        // Strings that are asked for have two bytes per byte of the file.
        Assert.InRange(after - before, 0, (2 * target.Length) + AllocationConstant);
        if (refusal is not null)
        {
            Assert.NotNull(refusal.Field);
            Assert.Contains("expected", refusal.Message, StringComparison.Ordinal);
        }
    }
}

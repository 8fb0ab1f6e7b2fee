using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.Threading;

namespace Lathe.Cpu.Roofline;

/// <summary>Reads a block of memory that no cache holds, in several access patterns: engines have been seen to stream faster than a plain
/// loop over two halves.</summary>
internal sealed unsafe class ReadBandwidthProbe(byte* memory, long bytes) : ParallelWork
{
    // Streams per thread and prefetch distance: one plain stream, several at once as a matrix kernel reads rows, both with and without hints.
    private static readonly (string Name, int Streams, int Prefetch)[] s_patterns =
    [
        ("one stream per thread", 1, 0),
        ("one stream per thread, prefetch 2 KB ahead", 1, 2048),
        ("4 streams per thread", 4, 0),
        ("4 streams per thread, prefetch 1 KB ahead", 4, 1024),
        ("4 streams per thread, prefetch 2 KB ahead", 4, 2048),
        ("8 streams per thread", 8, 0),
        ("8 streams per thread, prefetch 512 B ahead", 8, 512),
    ];

    public static int PatternCount => s_patterns.Length;

    /// <summary>The patterns that were the fastest on some processor: plain reading on one, streams with hints on another.</summary>
    public static IReadOnlyList<int> FastestPatterns { get; } = [.. Enumerable.Range(0, s_patterns.Length).Where(i => s_patterns[i] is { Streams: 1, Prefetch: 0 } or { Streams: > 1, Prefetch: > 0 })];

    /// <summary>Index of the pattern that the next run reads in.</summary>
    public int Pattern { get; set; }

    public string PatternName => s_patterns[Pattern].Name;

    public override void Run(int thread, SpinBarrier barrier)
    {
        var (_, streams, prefetch) = s_patterns[Pattern];

        // Threads take pieces of 1 MB in turn, as rows of a matrix are dealt out.
        const long Piece = 1 << 20;
        var pieces = bytes / Piece;
        for (var piece = pieces * thread / barrier.Participants; piece < pieces * (thread + 1) / barrier.Participants; piece++)
        {
            Read(memory + (piece * Piece), Piece / streams, streams, prefetch);
        }
    }

    private static void Read(byte* start, long streamBytes, int streams, int prefetch)
    {
        var sum0 = Vector256<int>.Zero;
        var sum1 = Vector256<int>.Zero;
        for (long offset = 0; offset < streamBytes; offset += 128)
        {
            for (var stream = 0; stream < streams; stream++)
            {
                var at = start + (stream * streamBytes) + offset;
                if (prefetch > 0 && Sse.IsSupported)
                {
                    Sse.Prefetch0(at + prefetch);
                    Sse.Prefetch0(at + prefetch + 64);
                }

                sum0 ^= Vector256.Load((int*)at) ^ Vector256.Load((int*)(at + 64));
                sum1 ^= Vector256.Load((int*)(at + 32)) ^ Vector256.Load((int*)(at + 96));
            }
        }

        Keep((sum0 ^ sum1)[0]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(int value) => _ = value;
}

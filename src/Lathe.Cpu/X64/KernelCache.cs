using System.Collections.Concurrent;
using System.Diagnostics;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64;

/// <summary>The machine code of this process by key. A kernel is compiled once, outside of any lock, however many ask for it at the same time;
/// one that does not compile is remembered as such.</summary>
internal static class KernelCache
{
    private static readonly ConcurrentDictionary<string, Lazy<MachineKernel>> s_kernels = new(StringComparer.Ordinal);
    private static long s_hits;
    private static long s_compileTicks;

    /// <summary>Kernels compiled so far.</summary>
    public static int Compiled => s_kernels.Count;

    /// <summary>Requests that found their kernel compiled.</summary>
    public static long Hits => Interlocked.Read(ref s_hits);

    /// <summary>Time spent on compiling, over all threads.</summary>
    public static TimeSpan CompileTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref s_compileTicks));

    /// <summary>Everything compiled so far, in no order.</summary>
    public static IEnumerable<MachineKernel> Kernels => s_kernels.Values.Where(kernel => kernel.IsValueCreated).Select(kernel => kernel.Value);

    /// <summary>The kernel that <paramref name="emitter"/> writes.</summary>
    /// <exception cref="NotSupportedException">It cannot be had in this process.</exception>
    public static MachineKernel Get(KernelEmitter emitter)
    {
        if (s_kernels.TryGetValue(emitter.Key, out var known))
        {
            Interlocked.Increment(ref s_hits);
            return known.Value;
        }

        // Lazy caches an exception as it caches a value.
        return s_kernels.GetOrAdd(emitter.Key, _ => new Lazy<MachineKernel>(() => Compile(emitter))).Value;
    }

    /// <summary>Starts to assemble something on another thread: at its first use the assembler has to be compiled itself, which takes some tens of
    /// milliseconds and goes well beside the opening of a model.</summary>
    public static void WarmUp()
    {
        if (X64Features.Avx512Vnni)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static _ => new GemvEmitter(GemvFormats.Create(GgmlType.Q4_K), k: 256, tokens: 1).Assemble(out var _), null);
        }
        else if (X64Features.Avx2)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static _ => Gemv256Formats.Create(GgmlType.Q4_K).CreateEmitter(X64Level.Avx2, k: 256, tokens: 1).Assemble(out var _), null);
        }
    }

    private static MachineKernel Compile(KernelEmitter emitter)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            return MachineKernel.Compile(emitter);
        }
        finally
        {
            Interlocked.Add(ref s_compileTicks, Stopwatch.GetTimestamp() - start);
        }
    }
}

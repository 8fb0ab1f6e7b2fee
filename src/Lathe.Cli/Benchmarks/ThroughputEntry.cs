using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks.Records;
using Lathe.Cpu;
using Lathe.Cpu.Roofline;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cli.Benchmarks;

/// <summary>One test of one model in one configuration, with all that its speed depends on.</summary>
internal sealed record ThroughputEntry
{
    public required string ModelPath { get; init; }

    public required ModelDescription Model { get; init; }

    public required TimeSpan LoadTime { get; init; }

    public required BenchConfiguration Configuration { get; init; }

    public required string Backend { get; init; }

    public required RoutePolicy Policy { get; init; }

    /// <summary>Time to get from the model to graphs that run.</summary>
    public required TimeSpan CompileTime { get; init; }

    /// <summary>What the cache of kernels did for this configuration, up to the end of the test.</summary>
    public required KernelCounters Kernels { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required BenchmarkResult Result { get; init; }

    public required long PeakMemoryBytes { get; init; }

    public MachineRoofline? Roofline { get; init; }

    /// <summary>What the machine did at best before the first repetition and after each; empty if nobody asked.</summary>
    public IReadOnlyList<RooflineSample> Peaks { get; init; } = [];

    /// <summary>Each repetition's multiply-adds, as a share of what the machine did right before and after it.</summary>
    public IReadOnlyList<double> Int8Shares => Shares(Result.MultiplyAdds, peak => peak.Int8MultiplyAdds);

    /// <summary>Each repetition's bytes, likewise.</summary>
    public IReadOnlyList<double> ReadShares => Shares(Result.ReadBytes, peak => peak.ReadBandwidth);

    /// <summary>llama-bench's columns under llama-bench's names, so that its tools read both, and then Lathe's own.</summary>
    public IReadOnlyList<BenchField> ToRecord() => [.. LlamaBenchColumns(), .. OwnColumns()];

    /// <summary>Settings that Lathe does not have are at llama-bench's defaults: its comparison joins on them. <c>use_mmap</c> is what its comparison
    /// asks for, <c>load_mode</c> what its benchmark now writes in its place.</summary>
    private IEnumerable<BenchField> LlamaBenchColumns() =>
    [
        ("build_commit", BuildVersion.Commit),
        ("build_number", 0),
        ("cpu_info", CpuInformation.ModelName),
        ("gpu_info", ""),
        ("backends", Backend),
        ("model_filename", ModelPath),
        ("model_type", Model.Type),
        ("model_size", Model.Bytes),
        ("model_n_params", Model.Parameters),
        ("n_batch", Configuration.Batch),
        ("n_ubatch", Configuration.Ubatch),
        ("n_threads", Configuration.Threads),
        ("cpu_mask", "0x0"),
        ("cpu_strict", false),
        ("poll", 50),
        ("type_k", Configuration.KvName),
        ("type_v", Configuration.KvName),
        ("n_gpu_layers", -1),
        ("n_cpu_moe", 0),
        ("split_mode", "layer"),
        ("main_gpu", 0),
        ("no_kv_offload", false),
        ("flash_attn", -1),
        ("devices", "auto"),
        ("tensor_split", "0.00"),
        ("tensor_buft_overrides", "none"),
        ("use_mmap", true),
        ("load_mode", "mmap"),
        ("embeddings", false),
        ("no_op_offload", 0),
        ("no_host", false),
        ("fit_target", 0),
        ("fit_min_ctx", 0),
        ("n_prompt", Result.Test.PromptTokens),
        ("n_gen", Result.Test.GeneratedTokens),
        ("n_depth", Result.Test.Depth),
        ("test_time", Started.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ")),
        ("avg_ns", Nanoseconds(Result.Time.Mean)),
        ("stddev_ns", Nanoseconds(Result.Time.Deviation)),
        ("avg_ts", Result.Rate.Mean),
        ("stddev_ts", Result.Rate.Deviation),
        ("samples_ns", (IReadOnlyList<long>)[.. Result.Seconds.Select(Nanoseconds)]),
        ("samples_ts", Result.TokensPerSecond),
    ];

    private IEnumerable<BenchField> OwnColumns() =>
    [
        ("route_policy", Policy.Quality ? "quality" : string.Join(';', Policy.Rules)),
        ("load_ms", LoadTime.TotalMilliseconds),
        ("compile_ms", CompileTime.TotalMilliseconds),
        ("kernels", Kernels.Compiled),
        ("kernel_cache_hits", Kernels.CacheHits),
        ("kernel_compile_ms", Kernels.CompileTime.TotalMilliseconds),
        ("ttft_ms", Result.FirstToken.Mean * 1e3),
        ("peak_memory_bytes", PeakMemoryBytes),
        ("allocated_bytes", Result.AllocatedBytes),
        ("multiply_adds_per_second", Result.MultiplyAddsPerSecond),
        ("bytes_per_second", Result.BytesPerSecond),
        ("int8_peak_share", Result.MultiplyAddsPerSecond / Roofline?.Int8MultiplyAdds),
        ("read_bandwidth_share", Result.BytesPerSecond / Roofline?.ReadBandwidth),
        ("samples_int8_peak_share", Int8Shares),
        ("samples_read_bandwidth_share", ReadShares),
    ];

    private IReadOnlyList<double> Shares(double work, Func<RooflineSample, double> peak) => Peaks.Count == 0
        ? []
        : [.. Result.Samples.Select((sample, i) => work / sample.Seconds / peak(RooflineSample.Between(Peaks[i], Peaks[i + 1])))];

    private static long Nanoseconds(double seconds) => (long)(seconds * 1e9);
}

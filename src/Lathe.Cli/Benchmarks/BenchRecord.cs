using System.Reflection;
using System.Text.Json.Nodes;
using Lathe.Benchmarking;
using Lathe.Cli.Output;
using Lathe.Cpu;
using Lathe.Formats.Gguf;

namespace Lathe.Cli.Benchmarks;

/// <summary>A result with everything that it depends on, under the names that llama-bench gives them, so that its tools can compare the two.</summary>
internal sealed class BenchRecord
{
    /// <param name="loaded">What was measured.</param>
    /// <param name="threads">Threads that computed.</param>
    /// <param name="compileTime">How long kernels and graphs took to compile.</param>
    /// <param name="started">When the test began.</param>
    /// <param name="result">The times.</param>
    public BenchRecord(LatheModel loaded, int threads, TimeSpan compileTime, DateTimeOffset started, BenchmarkResult result)
    {
        var options = loaded.Runtime.Options;
        var kv = options.KvElementType.ToString().ToLowerInvariant();
        (Result, Threads) = (result, threads);
        ModelType = Describe(loaded);
        ModelBytes = loaded.File.Tensors.Sum(tensor => tensor.ByteSize);
        Parameters = loaded.File.Tensors.Sum(tensor => tensor.Shape.ElementCount);
        Backend = loaded.Backend.Name.ToUpperInvariant();
        Fields =
        [
            ("build_commit", Version.Commit),
            ("build_number", 0),
            ("cpu_info", CpuInformation.ModelName),
            ("gpu_info", ""),
            ("backends", Backend),
            ("model_filename", loaded.File.Path),
            ("model_type", ModelType),
            ("model_size", ModelBytes),
            ("model_n_params", Parameters),
            ("n_batch", loaded.Runtime.ChunkTokens),
            ("n_ubatch", loaded.Runtime.ChunkTokens),
            ("n_threads", threads),
            ("type_k", kv),
            ("type_v", kv),
            ("n_gpu_layers", 0),
            ("n_prompt", result.Test.PromptTokens),
            ("n_gen", result.Test.GeneratedTokens),
            ("n_depth", result.Test.Depth),
            ("test_time", started.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ")),
            ("avg_ns", Nanoseconds(result.Seconds.Average())),
            ("stddev_ns", Nanoseconds(Deviation(result.Seconds))),
            ("avg_ts", result.Mean),
            ("stddev_ts", result.Deviation),
            ("compile_ms", compileTime.TotalMilliseconds),
            ("multiply_adds_per_second", result.MultiplyAddsPerSecond),
            ("bytes_per_second", result.BytesPerSecond),
            ("allocated_bytes", result.AllocatedBytes),
            ("route_policy", options.Policy.Quality ? "quality" : string.Join(';', options.Policy.Rules)),
        ];
    }

    public BenchmarkResult Result { get; }

    public string ModelType { get; }

    public long ModelBytes { get; }

    public long Parameters { get; }

    public string Backend { get; }

    public int Threads { get; }

    /// <summary>Name and value: a string, an integer or a double.</summary>
    public IReadOnlyList<(string Name, object Value)> Fields { get; }

    public JsonObject ToJson()
    {
        var json = new JsonObject(Fields.Select(field => KeyValuePair.Create(field.Name, ToJson(field.Value))))
        {
            ["samples_ns"] = JsonText.Array(Result.Seconds.Select(time => (JsonNode)Nanoseconds(time))),
            ["samples_ts"] = JsonText.Array(Result.TokensPerSecond.Select(rate => (JsonNode)rate)),
        };
        return json;
    }

    private static JsonNode? ToJson(object value) => value switch
    {
        string text => text,
        int number => number,
        long number => number,
        double number => number,
        _ => throw new ArgumentException($"a {value.GetType().Name} is not a field's value", nameof(value)),
    };

    private static long Nanoseconds(double seconds) => (long)(seconds * 1e9);

    /// <summary>Sample standard deviation (n - 1); 0 for a single sample.</summary>
    private static double Deviation(IReadOnlyList<double> samples)
    {
        var mean = samples.Average();
        return samples.Count < 2 ? 0 : Math.Sqrt(samples.Sum(sample => (sample - mean) * (sample - mean)) / (samples.Count - 1));
    }

    /// <summary>Family, size and the type that most weights have: <c>llama 8.03 B Q8_0</c>.</summary>
    private static string Describe(LatheModel loaded)
    {
        var parameters = loaded.File.Tensors.Sum(tensor => tensor.Shape.ElementCount);
        var type = loaded.File.Tensors.GroupBy(tensor => tensor.Type).MaxBy(group => group.Sum(tensor => tensor.ByteSize))!.Key;
        return $"{loaded.Runtime.Model.Family.Architecture} {Quantity.Parameters(parameters)} {GgmlTypeInfo.Of(type).Name}";
    }

    private static class Version
    {
        /// <summary>What the build put behind the version number, or the version itself.</summary>
        public static string Commit { get; } =
            typeof(BenchRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+').Last() ?? "unknown";
    }
}

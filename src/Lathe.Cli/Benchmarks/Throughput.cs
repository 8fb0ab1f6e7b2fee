using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks.Plotting;
using Lathe.Cli.Output;
using Lathe.Cpu.Roofline;

namespace Lathe.Cli.Benchmarks;

/// <summary>The plain measurement: every test of every model in every configuration.</summary>
internal static class Throughput
{
    public static void Run(BenchRequest request, CancellationToken cancellation)
    {
        var entries = new List<ThroughputEntry>();
        var rooflines = new Dictionary<int, MachineRoofline>();
        try
        {
            var total = request.Models.Count * request.Configurations.Count * request.Tests.Count * request.Repetitions;
            Terminal.WithProgress("timing", total, report => Measure(request, entries, report, cancellation));
            if (request.Roofline)
            {
                // Last: the memory that it reads would count as the model's peak.
                MeasureRooflines(entries, rooflines);
            }
        }
        finally
        {
            // Hours of measurements are not lost with the one that failed or was interrupted.
            if (entries.Count > 0)
            {
                Report(request, entries, rooflines).Write(request.Format, request.ErrorFormat, request.Plot);
            }
        }
    }

    private static void Measure(BenchRequest request, List<ThroughputEntry> entries, Action<double> report, CancellationToken cancellation)
    {
        foreach (var path in request.Models)
        {
            using var model = new BenchModel(path, request);
            foreach (var configuration in request.Configurations)
            {
                using var engine = new BenchEngine(model, configuration, request.Policy, request.ContextTokens);
                using var benchmark = new Benchmark(engine.Runtime, configuration.Batch);
                var kernels = engine.Backend.Kernels;
                var compileTime = benchmark.Compile(request.Tests);
                using var monitor = request.Roofline ? new RooflineMonitor(configuration.Threads) : null;
                foreach (var test in request.Tests)
                {
                    var started = DateTimeOffset.UtcNow;
                    var before = entries.Count * request.Repetitions;
                    var peaks = new List<RooflineSample>();
                    var result = benchmark.Run(test, request.Repetitions, request.WarmUp, Finished, cancellation);
                    entries.Add(new ThroughputEntry
                    {
                        ModelPath = model.File.Path,
                        Model = model.Description,
                        LoadTime = model.LoadTime,
                        Configuration = configuration,
                        Backend = engine.Backend.Name.ToUpperInvariant(),
                        Policy = request.Policy,
                        CompileTime = compileTime,
                        Kernels = engine.Backend.Kernels - kernels,
                        Started = started,
                        Result = result,
                        Peaks = peaks,
                        PeakMemoryBytes = PeakMemory() - (monitor is null ? 0 : RooflineMonitor.Bytes),
                    });

                    void Finished(int done)
                    {
                        if (monitor is not null)
                        {
                            peaks.Add(monitor.Measure());
                        }

                        report(before + done);
                    }
                }
            }
        }
    }

    private static void MeasureRooflines(List<ThroughputEntry> entries, Dictionary<int, MachineRoofline> rooflines)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var threads = entries[i].Configuration.Threads;
            if (!rooflines.TryGetValue(threads, out var machine))
            {
                rooflines.Add(threads, machine = RooflineProbe.Measure(threads));
            }

            entries[i] = entries[i] with { Roofline = machine };
        }
    }

    private static BenchReport Report(BenchRequest request, List<ThroughputEntry> entries, Dictionary<int, MachineRoofline> rooflines)
    {
        var markdown = ThroughputTable.Markdown(request, entries) + string.Concat(rooflines.Select(pair => RooflineText.Of(pair.Key, pair.Value, entries)));
        return new BenchReport("llama_bench", [.. entries.Select(entry => entry.ToRecord())], markdown, new SvgChart(ThroughputTable.Panels(request, entries)));
    }

    /// <summary>Of the process so far; what is resident of the mapped weights counts.</summary>
    private static long PeakMemory()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}

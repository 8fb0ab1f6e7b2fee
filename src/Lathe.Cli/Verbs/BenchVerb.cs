using System.CommandLine;
using System.Diagnostics;
using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Cpu;
using Lathe.Engine.Inference;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe bench</c>: how fast a model runs on this machine.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        var model = ModelOption.Create(required: false);
        var prompt = NumberOption.CreateList(["--prompt", "-p"], "Lengths of prompts to time; 0 for none.", [512], 0);
        var generate = NumberOption.CreateList(["--generate", "-n"], "Numbers of single tokens to time; 0 for none.", [128], 0);
        var depth = NumberOption.CreateList(["--depth", "-d"], "Tokens that are in the context already, computed outside the timer.", [0], 0);
        var repetitions = NumberOption.Create(["--repetitions", "-r"], "How often each test is timed.", 5, 1, 1000);
        var chunk = NumberOption.Create(["--batch", "-b"], "Prompt tokens that are computed together.", 512, 1, 512);
        var kv = KvOption.Create();
        var roofline = new Option<bool>("--roofline") { Description = "Measure what the machine could do at best, and print the share of it that each test reached." };
        var format = new Option<string>("--output", "-o")
        {
            Description = $"The format: {string.Join(", ", BenchFormat.Names)}.",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "md",
        };
        format.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && !BenchFormat.Names.Contains(name))
            {
                result.AddError($"--output is '{name}', expected {string.Join(", ", BenchFormat.Names)}");
            }
        });
        var verb = new Command("bench", "Time a model: prompts and single tokens, at any depth of context.")
        {
            model, prompt, generate, depth, repetitions, chunk, kv, roofline, format,
        };
        var engine = new EngineOptions(verb);
        verb.SetAction((result, cancellation) =>
        {
            var tests = Tests(result.GetValue(prompt)!, result.GetValue(generate)!, result.GetValue(depth)!);
            using var loaded = engine.Load(result, result.GetValue(model), new LatheOptions
            {
                ContextLength = tests.Max(test => test.Depth + test.PromptTokens + test.GeneratedTokens),
                KvElementType = KvOption.Read(result, kv),
                ChunkTokens = result.GetValue(chunk),
            });
            var threads = ((CpuBackend)loaded.Backend).Threads;
            var compileTime = Compile(loaded.Runtime, tests);
            var benchmark = new Benchmark(loaded);
            var records = new List<BenchRecord>();
            var count = result.GetValue(repetitions);
            Terminal.WithProgress("timing", tests.Count * count, report =>
            {
                foreach (var test in tests)
                {
                    var started = DateTimeOffset.UtcNow;
                    var before = records.Count * count;
                    records.Add(new BenchRecord(loaded, threads, compileTime, started, benchmark.Run(test, count, done => report(before + done), cancellation)));
                }
            });
            Console.Out.Write(BenchFormat.Write(result.GetValue(format)!, records));
            if (result.GetValue(roofline))
            {
                RooflineReport.Print(threads, records);
            }

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    /// <summary>Prompts and generations are timed apart, at every depth.</summary>
    private static List<BenchmarkTest> Tests(int[] prompts, int[] generations, int[] depths)
    {
        var tests = depths
            .SelectMany(depth => prompts.Select(count => new BenchmarkTest(count, 0, depth)).Concat(generations.Select(count => new BenchmarkTest(0, count, depth))))
            .Where(test => test.PromptTokens + test.GeneratedTokens > 0).ToList();
        return tests.Count > 0 ? tests : throw CommandException.Usage("there is nothing to time: give -p or -n a number above 0");
    }

    /// <summary>Compiles every graph that the tests will run, so that it can be told how long that takes.</summary>
    private static TimeSpan Compile(ModelRuntime runtime, IReadOnlyList<BenchmarkTest> tests)
    {
        var watch = Stopwatch.StartNew();
        foreach (var tokens in tests.SelectMany(test => new[] { test.PromptTokens, Math.Min(1, test.GeneratedTokens), test.Depth }).Where(tokens => tokens > 0))
        {
            runtime.GraphFor(Math.Min(tokens, runtime.ChunkTokens), outputs: 1);
        }

        return watch.Elapsed;
    }
}

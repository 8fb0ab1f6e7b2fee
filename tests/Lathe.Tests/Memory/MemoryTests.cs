using System.Diagnostics;
using System.Globalization;
using Lathe.Tests.Shared;

namespace Lathe.Tests.Memory;

/// <summary>What a model takes of the machine's memory, measured in child processes that do nothing else: the explicit tests of this class.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const string ModelVariable = "LATHE_TESTS_MEMORY_MODEL";
    private const string ResultVariable = "LATHE_TESTS_MEMORY_RESULT";
    private const string ForTheChild = "the child process of another test runs it";
    private const long Mega = 1 << 20;

    [Fact]
    public void Opening_eight_gigabytes_touches_almost_none_of_them()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lathe-{Guid.NewGuid():N}.gguf");
        try
        {
            SparseModel.Write(path);
            Assert.True(new FileInfo(path).Length > 8_000_000_000L);
            var grown = RunChild(nameof(Open_and_report_growth), path)[0];
            output.WriteLine($"opening grew the working set by {grown / Mega} MiB");
            Assert.InRange(grown, 0, 64 * Mega);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Decoding_takes_the_file_the_cache_and_little_more()
    {
        var (peak, cache) = RunChild(nameof(Decode_and_report_peak), Repository.TalesModel) is [var first, var second] ? (first, second) : default;
        var file = new FileInfo(Repository.TalesModel).Length;
        output.WriteLine($"peak {peak / Mega} MiB: file {file / Mega} MiB, KV cache {cache / Mega} MiB, rest {(peak - file - cache) / Mega} MiB");
        Assert.True(cache > 0);
        Assert.InRange(peak, file, file + cache + (150 * Mega));
    }

    [Fact(Explicit = true)]
    public void Open_and_report_growth()
    {
        var path = ChildModel();

        // Once with a small model, so that code and types that any model needs are there already.
        LatheModel.Load(Repository.TalesModel).Dispose();
        var before = Process.GetCurrentProcess().WorkingSet64;
        using var model = LatheModel.Load(path);
        using var session = model.CreateSession();
        Report(Process.GetCurrentProcess().WorkingSet64 - before);
    }

    [Fact(Explicit = true)]
    public void Decode_and_report_peak()
    {
        using var model = LatheModel.Load(ChildModel());
        using var session = model.CreateSession();
        var generation = new TextGeneration(
            model, session, model.Tokenizer.Encode(TalesModel.Prompt, addSpecial: true), TalesModel.Greedy(300) with { IgnoreEndOfGeneration = true });
        TalesModel.ReadAll(generation);
        Report(Process.GetCurrentProcess().PeakWorkingSet64, model.Runtime.Pool.PagesInUse * model.Runtime.Pool.Storage.Layout.PageBytes);
    }

    private static string ChildModel()
    {
        var path = Environment.GetEnvironmentVariable(ModelVariable);
        Assert.SkipWhen(path is null, ForTheChild);
        return path!;
    }

    private static void Report(params long[] bytes) =>
        File.WriteAllLines(Environment.GetEnvironmentVariable(ResultVariable)!, bytes.Select(count => count.ToString(CultureInfo.InvariantCulture)));

    private static long[] RunChild(string test, string model)
    {
        var result = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Lathe.Tests" + (OperatingSystem.IsWindows() ? ".exe" : "")))
            {
                ArgumentList = { "--explicit", "only", "--filter-method", $"{typeof(MemoryTests).FullName}.{test}" },
                Environment = { [ModelVariable] = model, [ResultVariable] = result },
                RedirectStandardOutput = true,
            };
            using var child = Process.Start(start)!;
            var text = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            Assert.True(child.ExitCode == 0, text);
            return [.. File.ReadLines(result).Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
        }
        finally
        {
            File.Delete(result);
        }
    }
}

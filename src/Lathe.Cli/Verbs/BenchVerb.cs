using System.CommandLine;
using Lathe.Cli.Benchmarks;
using Lathe.Cli.Benchmarks.Comparison;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe bench</c>: how fast a model runs on this machine.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        var verb = new Command("bench", "Time a model: prompts and single tokens, at any depth of context, with routes and without them.");
        var options = new BenchOptions(verb);
        verb.SetAction((result, cancellation) =>
        {
            if (options.ReadComparison(result) is { } files)
            {
                var (format, errorFormat) = options.ReadFormats(result);
                ResultComparison.Of(ResultFile.Read(files.Baseline), ResultFile.Read(files.Compared)).ToReport().Write(format, errorFormat);
                return Task.FromResult(ExitCode.Success);
            }

            var request = options.Read(result);
            Action<BenchRequest, CancellationToken> measure = request switch
            {
                { Frontiers: not null } => Frontier.Run,
                { Ablate: not null } => Ablation.Run,
                _ => Throughput.Run,
            };
            measure(request, cancellation);
            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }
}

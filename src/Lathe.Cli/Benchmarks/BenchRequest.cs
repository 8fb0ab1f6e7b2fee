using Lathe.Benchmarking;
using Lathe.Engine.Routing;

namespace Lathe.Cli.Benchmarks;

/// <summary>What the command line asks to be measured.</summary>
internal sealed record BenchRequest
{
    /// <summary>GGUF files; null stands for the built-in model.</summary>
    public required IReadOnlyList<string?> Models { get; init; }

    public required IReadOnlyList<BenchConfiguration> Configurations { get; init; }

    /// <summary>Tests of every model and configuration, in order of measurement.</summary>
    public required IReadOnlyList<BenchmarkTest> Tests { get; init; }

    public required int Repetitions { get; init; }

    public required bool WarmUp { get; init; }

    public required RoutePolicy Policy { get; init; }

    /// <summary>The format on standard output.</summary>
    public required string Format { get; init; }

    /// <summary>The format on standard error, or null for nothing there.</summary>
    public string? ErrorFormat { get; init; }

    public required bool Roofline { get; init; }

    public string? Plot { get; init; }

    /// <summary>Lengths of context to walk through, or null.</summary>
    public IReadOnlyList<int>? Frontiers { get; init; }

    /// <summary>Tokens to generate at each frontier.</summary>
    public int FrontierGeneration { get; init; }

    /// <summary>The text that is walked through; null for random tokens.</summary>
    public string? PromptFile { get; init; }

    /// <summary>The routes to compare with and without, or null.</summary>
    public string? Ablate { get; init; }

    /// <summary>Tokens that a session must be able to hold.</summary>
    public int ContextTokens => Frontiers is { } frontiers
        ? checked(frontiers[^1] + FrontierGeneration)
        : Tests.Max(test => checked(test.Depth + test.PromptTokens + test.GeneratedTokens));

    /// <summary>The one configuration of a measurement that has no place for several.</summary>
    public (string? Model, BenchConfiguration Configuration) Single(string option) => (Models, Configurations) is ([var model], [var configuration])
        ? (model, configuration)
        : throw CommandException.Usage($"{option} measures one model in one configuration; give one value for each of -m, -b, -ub, -ctk, -ctv and -t");
}

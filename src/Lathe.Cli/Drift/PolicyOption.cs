using System.CommandLine;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cli.Drift;

/// <summary>A policy as a word: <c>quality</c>, <c>default</c>, or rules with <c>;</c> between them.</summary>
internal static class PolicyOption
{
    public static Option<string> CreateReference() => new("--reference")
    {
        Description = "What to measure against: quality, default, or route rules with ; between them.",
        HelpName = "POLICY",
        DefaultValueFactory = _ => "quality",
    };

    public static DriftSetting Read(string policy, KvElementType? kv, bool batchInvariant)
    {
        try
        {
            var read = policy switch
            {
                "quality" => RoutePolicy.Reference,
                "default" => Create([]),
                _ => Create(policy.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            };
            return new DriftSetting(policy, read, kv ?? (read.Quality ? KvElementType.F32 : KvElementType.F16), batchInvariant);
        }
        catch (RouteException exception)
        {
            throw CommandException.Usage(exception.Message);
        }
    }

    private static RoutePolicy Create(IEnumerable<string> rules) =>
        RoutePolicy.Create(rules: rules, environment: Environment.GetEnvironmentVariable(RoutePolicy.EnvironmentVariable));
}

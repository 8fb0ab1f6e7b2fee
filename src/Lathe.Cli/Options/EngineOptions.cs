using System.CommandLine;
using Lathe.Cpu;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Cli.Options;

/// <summary>The options of every verb that computes: which device, how many threads, which routes.</summary>
internal sealed class EngineOptions
{
    private readonly Option<string> _device = new("--device")
    {
        Description = "Where to compute: auto or cpu.",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int> _threads = NumberOption.Create(["--threads", "-t"], "Threads that compute; 0 for one per core.", 0, 0, 1024);

    private readonly Option<string[]> _routes = new("--route")
    {
        Description = "Switch routes: PATTERN=on|off|auto[@layers=A-B], for example cpu.matmul.*=off. May be repeated; the last that matches wins.",
        HelpName = "RULE",
    };

    private readonly Option<bool> _quality = new("--quality") { Description = "Run the slow reference routes only: what every fast route is measured against." };

    private readonly Option<bool> _requireFast = new("--require-fast") { Description = "Fail instead of falling back to a reference route." };

    private readonly Option<bool> _batchInvariant = new("--batch-invariant")
    {
        Description = "Results that do not depend on how tokens are batched or on the number of threads, to the last bit; slower.",
    };

    /// <param name="verb">The verb that gets the options.</param>
    /// <param name="withThreads">Whether the number of threads is one of them: a verb that measures takes several.</param>
    /// <param name="withPolicy">False for verbs that choose routes themselves.</param>
    public EngineOptions(Command verb, bool withThreads = true, bool withPolicy = true)
    {
        _device.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not ("auto" or "cpu") and { } other)
            {
                result.AddError($"--device is '{other}', expected auto or cpu");
            }
        });
        verb.Add(_device);
        if (withThreads)
        {
            verb.Add(_threads);
        }

        verb.Add(_batchInvariant);
        if (withPolicy)
        {
            verb.Add(_routes);
            verb.Add(_quality);
            verb.Add(_requireFast);
        }
    }

    public bool IsBatchInvariant(ParseResult result) => result.GetValue(_batchInvariant);

    public Backend CreateBackend(ParseResult result) => CreateBackend(result.GetValue(_threads));

    /// <summary>A device with a number of threads that the verb chooses.</summary>
    /// <param name="threads">Threads that compute; 0 for one per core.</param>
    public static CpuBackend CreateBackend(int threads)
    {
        var backend = new CpuBackend(threads);
        backend.Routes.RouteFailed += ReportFailure;
        return backend;
    }

    /// <summary>Loads a model with its tokenizer.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="named">The GGUF file, or null for the built-in model.</param>
    /// <param name="options">What the verb itself asks for.</param>
    public LatheModel Load(ParseResult result, string? named, LatheOptions options)
    {
        var complete = options with { Threads = result.GetValue(_threads), Policy = CreatePolicy(result), RouteFailed = ReportFailure, BatchInvariant = IsBatchInvariant(result) };
        return LatheModel.Load(BuiltInModel.OpenOr(named), complete);
    }

    /// <summary>Loads a model for work on token ids: it need not have a vocabulary.</summary>
    public ModelOnDevice LoadWithoutTokenizer(ParseResult result, string path, Func<Model, RoutePolicy, RuntimeOptions>? options = null)
    {
        var policy = CreatePolicy(result);
        return new ModelOnDevice(path, CreateBackend(result), model => (options?.Invoke(model, policy) ?? new RuntimeOptions()) with { Policy = policy, BatchInvariant = IsBatchInvariant(result) });
    }

    public RoutePolicy CreatePolicy(ParseResult result)
    {
        try
        {
            return RoutePolicy.Create(
                result.GetValue(_quality), result.GetValue(_requireFast), result.GetValue(_routes), Environment.GetEnvironmentVariable(RoutePolicy.EnvironmentVariable));
        }
        catch (RouteException exception)
        {
            throw CommandException.Usage(exception.Message);
        }
    }

    private static void ReportFailure(Route route, string reason) => Console.Error.WriteLine($"lathe: {route.Id} {reason}; another route takes over");
}

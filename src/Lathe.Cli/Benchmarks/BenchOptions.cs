using System.CommandLine;
using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks.Records;
using Lathe.Cli.Options;
using Lathe.Engine.Inference;

namespace Lathe.Cli.Benchmarks;

/// <summary>The options of <c>lathe bench</c>. What llama-bench has too is called as there.</summary>
internal sealed class BenchOptions
{
    /// <summary>The graphs of the engine take no larger batch.</summary>
    private const int MostTokensTogether = 512;

    private static readonly int[] s_ablationDepths = [0, 1024, 8192, 32768];

    private readonly Option<string[]> _models = new("--model", "-m")
    {
        Description = "GGUF files, with commas between or repeated; of a split model its first part. Without it, the built-in model.",
        HelpName = "FILE,...",
    };

    private readonly Option<int[]> _prompts = NumberOption.CreateList(["--prompt", "-p"], "Lengths of prompts to time; 0 for none.", [512], 0);
    private readonly Option<int[]> _generations = NumberOption.CreateList(["--generate", "-n"], "Numbers of single tokens to time; 0 for none.", [128], 0);
    private readonly Option<string[]> _pairs = new("--prompt-generate", "-pg") { Description = "A prompt and then single tokens, timed together; may be repeated.", HelpName = "P,N" };
    private readonly Option<int[]> _depths = NumberOption.CreateList(["--depth", "-d"], "Tokens that are in the context already, computed outside the timer.", [0], 0);
    private readonly Option<int[]> _batches = NumberOption.CreateList(["--batch", "-b"], "Prompt tokens that are submitted together.", [2048], 1);

    private readonly Option<int[]> _ubatches =
        NumberOption.CreateList(["--ubatch", "-ub"], "Prompt tokens that one forward pass computes, never more than -b.", [MostTokensTogether], 1, MostTokensTogether);

    private readonly Option<int[]> _threads = NumberOption.CreateList(["--threads", "-t"], "Threads that compute; 0 for one per core.", [0], 0, 1024);
    private readonly KvTypeOptions _kv = new();
    private readonly Option<int> _repetitions = NumberOption.Create(["--repetitions", "-r"], "How often each test is timed.", 5, 1, 1000);
    private readonly Option<bool> _noWarmUp = new("--no-warmup") { Description = "Time at once, without mapping all weights and running each test once before." };
    private readonly Option<string> _format = FormatOption("--output", "-o", "The format on standard output: {0}.", "md");
    private readonly Option<string> _errorFormat = FormatOption("--output-err", "-oe", "A second format, on standard error: {0}.", null);
    private readonly Option<bool> _roofline = new("--roofline") { Description = "Measure what the machine could do at best, and tell the share of it that each test reached." };
    private readonly Option<string?> _plot = new("--plot") { Description = "Draw the speeds over the depth into an SVG file.", HelpName = "FILE.svg" };
    private readonly Option<string[]> _frontiers = new("--frontier")
    {
        Description = "Walk one long prompt and time prompt and generation (-n tokens) at these lengths of context, for example 2048-32768+2048.",
        HelpName = "N,N-N,...",
    };

    private readonly Option<string?> _promptFile = new("--file", "-f") { Description = "The text that --frontier walks through; random tokens without it.", HelpName = "FILE" };
    private readonly Option<string?> _ablate = new("--ablate")
    {
        Description = $"Time with and without routes, interleaved: '{AblatedRoutes.Specialization}' for specialised against generic kernels, or a pattern of route ids.",
        HelpName = "ROUTES",
    };

    private readonly Option<string[]> _compare = new("--compare")
    {
        Description = "Compare two files of results (json or jsonl, also llama-bench's): the second over the first.",
        HelpName = "A B",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly EngineOptions _engine;

    public BenchOptions(Command verb)
    {
        _pairs.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => !TryPair(token.Value, out _)) is { } wrong)
            {
                result.AddError($"--prompt-generate is '{wrong.Value}', expected two whole numbers above 0 with a comma between, for example 512,128");
            }
        });
        _frontiers.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => NumberRange.TryParse(token.Value, least: 1) is null) is { } wrong)
            {
                result.AddError($"--frontier is '{wrong.Value}', expected whole numbers from 1 on: {NumberRange.Grammar}");
            }
        });
        foreach (var option in new Option[] { _models, _prompts, _generations, _pairs, _depths, _batches, _ubatches, _threads })
        {
            verb.Add(option);
        }

        _kv.AddTo(verb);
        foreach (var option in new Option[] { _repetitions, _noWarmUp, _format, _errorFormat, _roofline, _plot, _frontiers, _promptFile, _ablate, _compare })
        {
            verb.Add(option);
        }

        _engine = new EngineOptions(verb, withThreads: false);
    }

    /// <summary>The two files to compare, or null if something is to be measured.</summary>
    /// <exception cref="CommandException">Options of a measurement are given too.</exception>
    public (string Baseline, string Compared)? ReadComparison(ParseResult result)
    {
        if (result.GetValue(_compare) is not [var baseline, var compared])
        {
            return null;
        }

        Refuse(result, _compare, _models, _ablate, _frontiers, _plot, _roofline);
        return (baseline, compared);
    }

    public (string Format, string? ErrorFormat) ReadFormats(ParseResult result) => (result.GetValue(_format)!, result.GetValue(_errorFormat));

    /// <exception cref="CommandException">The options contradict each other.</exception>
    public BenchRequest Read(ParseResult result)
    {
        var policy = _engine.CreatePolicy(result);
        var frontiers = result.GetValue(_frontiers) is { Length: > 0 } given ? given.SelectMany(text => NumberRange.TryParse(text)!).Distinct().Order().ToList() : null;
        var ablate = result.GetValue(_ablate);
        if (frontiers is not null && ablate is not null)
        {
            throw CommandException.Usage("--frontier and --ablate measure different things: choose one");
        }

        if (frontiers is not null)
        {
            Refuse(result, _frontiers, _prompts, _pairs, _depths, _batches, _repetitions, _noWarmUp, _roofline);
        }

        if (ablate is not null)
        {
            Refuse(result, _ablate, _roofline);
        }

        var promptFile = result.GetValue(_promptFile);
        if (promptFile is not null && frontiers is null)
        {
            throw CommandException.Usage("-f is the text that --frontier walks through: without --frontier nothing reads it");
        }

        var depths = ablate is not null && !IsGiven(result, _depths) ? s_ablationDepths : result.GetValue(_depths)!;
        return new BenchRequest
        {
            Models = Models(result.GetValue(_models)),
            Configurations = Configurations(result, _kv.Read(result, policy.Quality ? KvElementType.F32 : KvElementType.F16)),
            Tests = frontiers is null ? Tests(result, depths) : [],
            Repetitions = result.GetValue(_repetitions),
            WarmUp = !result.GetValue(_noWarmUp),
            Policy = policy,
            Format = result.GetValue(_format)!,
            ErrorFormat = result.GetValue(_errorFormat),
            Roofline = result.GetValue(_roofline),
            Plot = result.GetValue(_plot),
            Frontiers = frontiers,
            FrontierGeneration = frontiers is null ? 0 : result.GetValue(_generations) is [var count]
                ? count
                : throw CommandException.Usage("--frontier generates one number of tokens: give -n one value"),
            PromptFile = promptFile,
            Ablate = ablate,
        };
    }

    private static Option<string> FormatOption(string name, string alias, string description, string? otherwise)
    {
        var option = new Option<string>(name, alias) { Description = string.Format(description, string.Join(", ", RecordFormat.Names)), HelpName = "FORMAT" };
        if (otherwise is not null)
        {
            option.DefaultValueFactory = _ => otherwise;
        }

        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } format && !RecordFormat.Names.Contains(format))
            {
                result.AddError($"{name} is '{format}', expected {string.Join(", ", RecordFormat.Names)}");
            }
        });
        return option;
    }

    /// <summary>What would be ignored is refused: the user meant something by it.</summary>
    private static void Refuse(ParseResult result, Option mode, params ReadOnlySpan<Option> others)
    {
        foreach (var other in others)
        {
            if (IsGiven(result, other))
            {
                throw CommandException.Usage($"{other.Name} has no meaning for {mode.Name}: leave it out");
            }
        }
    }

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>A comma divides files, unless a file has it in its name.</summary>
    private static string?[] Models(string[]? given) =>
        given is { Length: > 0 } ? [.. given.SelectMany(name => File.Exists(name) ? [name] : name.Split(',', StringSplitOptions.RemoveEmptyEntries))] : [null];

    private List<BenchConfiguration> Configurations(ParseResult result, IReadOnlyList<KvElementType> kvTypes) =>
    [
        .. from batch in result.GetValue(_batches)!
           from ubatch in result.GetValue(_ubatches)!
           from kv in kvTypes
           from threads in result.GetValue(_threads)!
           select new BenchConfiguration(batch, Math.Min(batch, ubatch), kv, threads == 0 ? Environment.ProcessorCount : threads),
    ];

    /// <summary>At every depth first the prompts, then the single tokens, then both together.</summary>
    private List<BenchmarkTest> Tests(ParseResult result, int[] depths)
    {
        var pairs = (result.GetValue(_pairs) ?? []).Select(text => TryPair(text, out var pair) ? pair : throw new InvalidOperationException(text)).ToList();
        var tests = depths
            .SelectMany(depth => result.GetValue(_prompts)!.Select(count => new BenchmarkTest(count, 0, depth))
                .Concat(result.GetValue(_generations)!.Select(count => new BenchmarkTest(0, count, depth)))
                .Concat(pairs.Select(pair => pair with { Depth = depth })))
            .Where(test => test.PromptTokens + test.GeneratedTokens > 0).ToList();
        return tests.Count > 0 ? tests : throw CommandException.Usage("there is nothing to time: give -p or -n a number above 0, or -pg two");
    }

    private static bool TryPair(string text, out BenchmarkTest pair)
    {
        var numbers = text.Contains('-') ? null : NumberRange.TryParse(text, least: 1);
        pair = numbers is [var prompt, var generated] ? new BenchmarkTest(prompt, generated, 0) : new BenchmarkTest(0, 0, 0);
        return numbers is [_, _];
    }
}

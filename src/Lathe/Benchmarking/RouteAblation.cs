using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Benchmarking;

/// <summary>Measures a model with and without some of its routes, the two interleaved in one process on one device, so that whatever else slows the
/// machine slows both. The dispatch counters must prove that each side ran what it claims, or there is no result.</summary>
public sealed class RouteAblation : IDisposable
{
    private readonly AblatedRoutes _routes;
    private readonly ModelRuntime _runtimeWithout;
    private readonly ModelRuntime _runtimeWith;
    private readonly Benchmark _without;
    private readonly Benchmark _with;

    /// <param name="model">The model.</param>
    /// <param name="backend">The device, which the caller keeps.</param>
    /// <param name="options">How to run the model; its policy is the side with the routes.</param>
    /// <param name="what"><see cref="AblatedRoutes.Specialization"/>, or a glob over route ids.</param>
    /// <param name="batchTokens">Prompt tokens that are submitted together.</param>
    /// <exception cref="AblationException">There is nothing to switch off.</exception>
    public RouteAblation(Model model, Backend backend, RuntimeOptions options, string what, int batchTokens = 2048)
    {
        if (options.Policy.Quality)
        {
            throw new AblationException("quality runs reference routes only: there is no fast route to switch off");
        }

        _routes = AblatedRoutes.Of(backend.Routes, options.Policy, what);
        var policy = RoutePolicy.Create(
            requireFast: options.Policy.RequireFast, rules: options.Policy.Rules.Select(rule => rule.ToString()).Concat(_routes.Rules));
        _runtimeWith = new ModelRuntime(model, backend, options);
        _runtimeWithout = new ModelRuntime(model, backend, options with { Policy = policy });
        _with = new Benchmark(_runtimeWith, batchTokens);
        _without = new Benchmark(_runtimeWithout, batchTokens);
    }

    /// <summary>The routes under test.</summary>
    public IReadOnlyList<Route> Routes => _routes.Under;

    /// <summary>Runs the tests.</summary>
    /// <param name="tests">What to measure; rising depths cost least.</param>
    /// <param name="repetitions">Measured repetitions of each test and side.</param>
    /// <param name="warmUp">Whether each side runs once before.</param>
    /// <param name="progress">Told after each pair of repetitions how many are done, all tests together.</param>
    /// <exception cref="AblationException">The counters say that the routes ran although they were off, or that no test runs them.</exception>
    public IReadOnlyList<AblationResult> Run(
        IReadOnlyList<BenchmarkTest> tests, int repetitions, bool warmUp = true, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repetitions);
        _with.Compile(tests);
        _without.Compile(tests);
        var results = new List<AblationResult>();
        foreach (var test in tests)
        {
            var before = results.Count * repetitions;
            results.Add(Run(test, repetitions, warmUp, done => progress?.Invoke(before + done), cancellation));
            progress?.Invoke(results.Count * repetitions);
        }

        return results.Any(result => result.With is not null)
            ? results
            : throw new AblationException($"no test ran {string.Join(", ", _routes.Under.Select(route => route.Id))}: their dispatch counters stayed at 0");
    }

    public void Dispose()
    {
        _with.Dispose();
        _without.Dispose();
        _runtimeWith.Dispose();
        _runtimeWithout.Dispose();
    }

    private AblationResult Run(BenchmarkTest test, int repetitions, bool warmUp, Action<int> progress, CancellationToken cancellation)
    {
        var with = new BenchmarkSample[repetitions];
        var without = new BenchmarkSample[repetitions];
        var counts = new Dictionary<string, long>();
        _with.Prepare(test, warmUp, cancellation);
        for (var i = 0; i < repetitions; i++)
        {
            // Which side goes first alternates: a drift of the clock or of a neighbour's load then falls on both.
            if (i % 2 == 0)
            {
                MeasureWith(i);
                if (counts.Count == 0)
                {
                    return new AblationResult(test, null, null, counts);
                }

                if (i == 0)
                {
                    _without.Prepare(test, warmUp, cancellation);
                }

                MeasureWithout(i);
            }
            else
            {
                MeasureWithout(i);
                MeasureWith(i);
            }

            progress(i + 1);
        }

        return new AblationResult(test, _without.Result(test, without), _with.Result(test, with), counts);

        void MeasureWith(int repetition)
        {
            var start = new DispatchSnapshot(_routes.Under);
            with[repetition] = _with.Measure(test, repetition, cancellation);
            foreach (var (route, count) in start.Since())
            {
                counts[route.Id] = counts.GetValueOrDefault(route.Id) + count;
            }
        }

        void MeasureWithout(int repetition)
        {
            var start = new DispatchSnapshot([.. _routes.Under, .. _routes.Twins.Values]);
            without[repetition] = _without.Measure(test, repetition, cancellation);
            _routes.RequireOff(test, counts.Keys, start.Since());
        }
    }
}

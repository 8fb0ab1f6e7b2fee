using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>Judges every fast route that a model uses by default: each by itself beside reference routes, and all of them together.</summary>
public static class DriftGate
{
    /// <param name="thresholds">Limits, with some for the model's family.</param>
    /// <param name="reference">The policy to measure against; anything but reference routes is refused by the dispatch record.</param>
    /// <param name="progress">Told each run that is done.</param>
    /// <exception cref="FormatException">There are no limits for the family.</exception>
    public static GateReport Run(
        Model model,
        Backend backend,
        ThresholdsFile thresholds,
        IReadOnlyList<DriftFixture> fixtures,
        KvElementType kv = KvElementType.F16,
        RoutePolicy? reference = null,
        Action<string>? progress = null,
        CancellationToken cancellation = default)
    {
        var study = new DriftStudy(model, backend, new DriftSetting("reference", reference ?? RoutePolicy.Reference, kv), fixtures, cancellation: cancellation);
        progress?.Invoke("reference");
        var family = model.Family.Architecture;
        var routes = DefaultRoutes(model, backend, fixtures, kv);
        var all = study.Compare(new DriftSetting("all default routes", RoutePolicy.Default, kv), routes, thresholds.For(family), cancellation: cancellation);
        progress?.Invoke(all.Candidate.Name);
        var alone = new List<DriftReport>();
        foreach (var id in routes)
        {
            var setting = DriftSetting.Only($"only {id}", backend.Routes, kv, $"{id}=on");
            alone.Add(study.Compare(setting, [id], thresholds.For(family, id), cancellation: cancellation));
            progress?.Invoke(setting.Name);
        }

        return new GateReport(all, alone);
    }

    /// <summary>Ids of the fast routes that the default policy chooses for the model under the fixtures.</summary>
    public static IReadOnlyList<string> DefaultRoutes(Model model, Backend backend, IReadOnlyList<DriftFixture> fixtures, KvElementType kv)
    {
        using var subject = new DriftSubject(model, backend, new DriftSetting("defaults", RoutePolicy.Default, kv), DriftFixture.DecodedTokens);
        return [.. subject.RoutesFor(fixtures).Where(route => !route.IsReference).Select(route => route.Id).Distinct()];
    }
}

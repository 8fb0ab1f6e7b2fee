using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>One way to run a model, to be compared with another.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Policy">Which routes run.</param>
/// <param name="KvElementType">How the KV cache stores values.</param>
/// <param name="BatchInvariant">As <see cref="RuntimeOptions.BatchInvariant"/>.</param>
public sealed record DriftSetting(string Name, RoutePolicy Policy, KvElementType KvElementType, bool BatchInvariant = false)
{
    /// <summary>Reference routes only.</summary>
    public static DriftSetting Reference(KvElementType kv) => new("reference", RoutePolicy.Reference, kv);

    /// <summary>Reference routes, and one fast route beside them.</summary>
    /// <param name="routes">The routes of the device.</param>
    /// <param name="only">The rules that switch the one route on.</param>
    public static DriftSetting Only(string name, RouteRegistry routes, KvElementType kv, params IEnumerable<string> only) =>
        new(name, RoutePolicy.Create(rules: routes.Routes.Where(route => !route.IsReference).Select(route => $"{route.Id}=off").Concat(only)), kv);
}

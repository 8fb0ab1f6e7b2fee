namespace Lathe.Engine.Routing;

/// <summary>What a policy says of a route, and what a route says of itself by default.</summary>
public enum RouteSetting
{
    /// <summary>Never chosen.</summary>
    Off,

    /// <summary>Chosen wherever its guard allows, before routes that are not switched on by name.</summary>
    On,

    /// <summary>Chosen by priority wherever its guard allows.</summary>
    Auto,
}

namespace Lathe.Engine.Routing;

/// <summary>A policy that cannot be read, or that leaves an operation without a route.</summary>
public sealed class RouteException(string message) : Exception(message);

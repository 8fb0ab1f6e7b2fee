using System.CommandLine;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe drift</c>: how far fast routes are from their references, and whether that can be told at all.</summary>
internal static class DriftVerb
{
    public static Command Create() => new("drift", "Measure how far fast routes are from their references.")
    {
        DriftCompareVerb.Create(),
        DriftBisectVerb.Create(),
        DriftGateVerb.Create(),
        DriftInvarianceVerb.Create(),
    };
}

using System.Reflection;

namespace Lathe.Cli.Benchmarks;

/// <summary>Which build was measured.</summary>
internal static class BuildVersion
{
    private const int CommitLength = 8;

    /// <summary>What the build put behind the version number, in the length of an abbreviated commit; the version itself if that is all there is.</summary>
    public static string Commit { get; } = Read();

    private static string Read()
    {
        var parts = (typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+');
        return parts is [_, { Length: >= CommitLength } commit] ? commit[..CommitLength] : parts[0];
    }
}

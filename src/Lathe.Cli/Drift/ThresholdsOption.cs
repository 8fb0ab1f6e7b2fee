using System.CommandLine;
using Lathe.Engine.Drift;

namespace Lathe.Cli.Drift;

/// <summary><c>--thresholds</c>: limits of drift by model family; the command brings its own.</summary>
internal static class ThresholdsOption
{
    private const string Resource = "drift-thresholds.json";

    public static Option<string?> Create() => new("--thresholds")
    {
        Description = "A JSON file with limits by model family; the command's own limits, if it is not given.",
        HelpName = "FILE",
    };

    public static ThresholdsFile Read(ParseResult result, Option<string?> option)
    {
        try
        {
            return result.GetValue(option) is { } path ? ThresholdsFile.Parse(File.ReadAllText(path), path) : ThresholdsFile.Parse(BuiltIn(), "the built-in thresholds");
        }
        catch (FormatException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    /// <summary>The limits of a family.</summary>
    public static DriftThresholds For(ThresholdsFile file, string family)
    {
        try
        {
            return file.For(family);
        }
        catch (FormatException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static string BuiltIn()
    {
        using var stream = typeof(ThresholdsOption).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

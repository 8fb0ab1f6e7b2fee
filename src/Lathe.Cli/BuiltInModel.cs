namespace Lathe.Cli;

/// <summary>The small model that comes with the command, for those who have none yet.</summary>
internal static class BuiltInModel
{
    private static readonly string s_path = Path.Combine(AppContext.BaseDirectory, "models", "lathe-tales-29m-q8_0.gguf");

    /// <summary>The file that was named, or the built-in one if none was.</summary>
    public static string PathOr(string? named)
    {
        if (named is not null)
        {
            return named;
        }

        return File.Exists(s_path) ? s_path : throw new CommandException($"the built-in model is missing from {Path.GetDirectoryName(s_path)}: name a GGUF file");
    }
}

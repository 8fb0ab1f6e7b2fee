using Lathe.Formats.Gguf;

namespace Lathe.Cli;

/// <summary>The small model that travels inside the command, for those who have none yet.</summary>
internal static unsafe class BuiltInModel
{
    private const string FileName = "lathe-tales-29m-q8_0.gguf";

    /// <summary>The file that was named, or the built-in model if none was.</summary>
    /// <exception cref="GgufException">The file cannot be read or is malformed.</exception>
    public static GgufFile OpenOr(string? named)
    {
        if (named is not null)
        {
            return GgufFile.Open(named);
        }

        // The resource is a part of the assembly's mapping: nothing is copied, and it stays as long as the process, whatever becomes of the stream.
        using var resource = typeof(BuiltInModel).Assembly.GetManifestResourceStream(FileName) as UnmanagedMemoryStream
            ?? throw new CommandException("the built-in model is missing from this build: name a GGUF file");
        return GgufFile.FromMemory(resource.PositionPointer, resource.Length, FileName);
    }
}

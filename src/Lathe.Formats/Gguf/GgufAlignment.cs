using System.Numerics;

namespace Lathe.Formats.Gguf;

/// <summary>The alignment of the data section and of each tensor in it.</summary>
internal static class GgufAlignment
{
    public const string Key = "general.alignment";
    public const uint Default = 32;

    /// <exception cref="GgufException">The file states an alignment that is not a power of two that fits in 32 bits.</exception>
    public static long Of(GgufMetadata metadata)
    {
        if (!metadata.TryGetInteger(Key, out long alignment))
        {
            return Default;
        }

        return IsValid(alignment) ? alignment : throw metadata.Fail(Key, $"{alignment}", "a power of two below 2^32");
    }

    public static bool IsValid(long alignment) => alignment is > 0 and <= uint.MaxValue && BitOperations.IsPow2(alignment);

    /// <summary>The next multiple of the alignment.</summary>
    public static long Pad(long offset, long alignment) => checked(offset + alignment - 1) & -alignment;
}

using Lathe.Formats.Gguf;

namespace Lathe.Cli.Inspection;

/// <summary>Metadata values as text.</summary>
internal static class MetadataText
{
    private const int ShownElements = 6;

    /// <summary>The value; of an array its size and first elements.</summary>
    public static string Of(GgufMetadata metadata, string key) => metadata.TypeOf(key) switch
    {
        GgufValueType.String => metadata.GetString(key),
        GgufValueType.Boolean => metadata.GetBoolean(key) ? "true" : "false",
        GgufValueType.Float32 => $"{(float)metadata.GetNumber(key)}",
        GgufValueType.Float64 => $"{metadata.GetNumber(key)}",
        GgufValueType.UInt64 => $"{metadata.GetNumber(key):F0}",
        GgufValueType.Array => OfArray(metadata.GetArray(key)),
        _ => $"{metadata.GetInteger(key)}",
    };

    public static string Element(GgufArray array, int index) => array.ElementType switch
    {
        GgufValueType.String => array.GetString(index),
        GgufValueType.Boolean => array.GetBoolean(index) ? "true" : "false",
        GgufValueType.Float32 => $"{(float)array.GetNumber(index)}",
        _ => $"{array.GetNumber(index)}",
    };

    private static string OfArray(GgufArray array)
    {
        var shown = Math.Min(array.Count, ShownElements);
        var elements = string.Join(", ", Enumerable.Range(0, shown).Select(index => Element(array, index)));
        return $"{array.Count} x {array.ElementType}: {elements}{(shown < array.Count ? ", ..." : "")}";
    }
}

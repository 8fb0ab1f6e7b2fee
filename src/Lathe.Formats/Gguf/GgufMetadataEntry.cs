namespace Lathe.Formats.Gguf;

/// <summary>Where a metadata value lies.</summary>
/// <param name="Type">The value's type.</param>
/// <param name="Start">Offset of the first byte after the type id.</param>
/// <param name="End">Offset of the first byte after the value.</param>
/// <param name="Array">The view of the value if it is an array.</param>
internal readonly record struct GgufMetadataEntry(GgufValueType Type, long Start, long End, GgufArray? Array);

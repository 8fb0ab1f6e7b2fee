namespace Lathe.Formats.Gguf;

/// <summary>What the header of one file says. <see cref="GgufFile"/> joins the parts of a split model.</summary>
internal sealed record GgufPart(GgufMemory Memory, uint Version, long Alignment, GgufMetadata Metadata, GgufTensor[] Tensors);

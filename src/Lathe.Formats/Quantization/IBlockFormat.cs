using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>The geometry and the scalar meaning of one block format. Implemented by one struct per type, so that kernels written over
/// the struct fold to constants; the scalar form is the reference that every faster form is measured against.</summary>
public unsafe interface IBlockFormat
{
    static abstract GgmlType Type { get; }

    /// <summary>Values per block.</summary>
    static abstract int BlockElements { get; }

    /// <summary>Bytes per block.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Expands one block: reads <see cref="BlockBytes"/> bytes, writes <see cref="BlockElements"/> values.</summary>
    static abstract void DequantizeBlock(byte* block, float* values);
}

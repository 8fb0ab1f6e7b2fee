namespace Lathe.Formats.Quantization;

/// <summary>A block format with a simple reference quantiser.</summary>
public unsafe interface IBlockQuantizer : IBlockFormat
{
    /// <summary>Packs one block: reads <see cref="IBlockFormat.BlockElements"/> values, writes <see cref="IBlockFormat.BlockBytes"/> bytes.</summary>
    static abstract void QuantizeBlock(float* values, byte* block);
}

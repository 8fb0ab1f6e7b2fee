using System.Collections.Frozen;
using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>One block format as a value: what <see cref="IBlockFormat"/> says of a type at compile time, for code that learns the type from
/// a file.</summary>
public sealed unsafe class BlockFormat
{
    private readonly delegate*<byte*, float*, long, void> _dequantize;
    private readonly delegate*<float*, byte*, long, void> _quantize;

    private BlockFormat(
        GgmlType type,
        int blockElements,
        int blockBytes,
        delegate*<byte*, float*, long, void> dequantize,
        delegate*<float*, byte*, long, void> quantize)
    {
        Type = type;
        BlockElements = blockElements;
        BlockBytes = blockBytes;
        _dequantize = dequantize;
        _quantize = quantize;
    }

    /// <summary>Every format that can be computed with. A new format is its struct and a line here.</summary>
    public static IReadOnlyList<BlockFormat> All { get; } =
    [
        WithQuantizer<F32>(),
        WithQuantizer<F16>(),
        WithQuantizer<BF16>(),
        WithQuantizer<Q4_0>(),
        WithQuantizer<Q4_1>(),
        WithQuantizer<Q5_0>(),
        WithQuantizer<Q5_1>(),
        WithQuantizer<Q8_0>(),
        WithQuantizer<MXFP4>(),
        Of<Q2_K>(),
        Of<Q3_K>(),
        Of<Q4_K>(),
        Of<Q5_K>(),
        Of<Q6_K>(),
        Of<IQ4_NL>(),
        Of<IQ4_XS>(),
        Of<IQ3_S>(),
        Of<IQ3_XXS>(),
        Of<IQ2_S>(),
        Of<IQ2_XS>(),
        Of<IQ2_XXS>(),
        Of<IQ1_M>(),
        Of<IQ1_S>(),
        Of<TQ2_0>(),
        Of<TQ1_0>(),
    ];

    private static readonly FrozenDictionary<GgmlType, BlockFormat> s_byType = All.ToFrozenDictionary(format => format.Type);

    public GgmlType Type { get; }

    /// <summary>The type's name as the field writes it: <c>Q4_0</c>, <c>IQ2_XXS</c>.</summary>
    public string Name => Type.ToString();

    /// <summary>Values per block.</summary>
    public int BlockElements { get; }

    /// <summary>Bytes per block.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether <see cref="Quantize"/> is available.</summary>
    public bool CanQuantize => _quantize != null;

    /// <summary>The format of <paramref name="type"/>, or null when values of that type cannot be computed with.</summary>
    public static BlockFormat? Find(GgmlType type) => s_byType.GetValueOrDefault(type);

    /// <summary>The format of <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">Values of that type cannot be computed with; the message lists the types that can.</exception>
    public static BlockFormat Get(GgmlType type) => Find(type) ?? throw Unsupported(type);

    /// <summary>Bytes taken by <paramref name="elements"/> values.</summary>
    /// <exception cref="ArgumentException"><paramref name="elements"/> is negative or not a whole number of blocks.</exception>
    /// <exception cref="OverflowException">The size does not fit 64 bits.</exception>
    public long ByteSize(long elements) => checked(Blocks(elements) * BlockBytes);

    /// <summary>Expands <paramref name="elements"/> values: the scalar reference, block by block.</summary>
    /// <param name="blocks"><see cref="ByteSize"/> bytes, at any alignment.</param>
    /// <param name="values">Room for <paramref name="elements"/> values.</param>
    /// <param name="elements">A whole number of blocks.</param>
    /// <exception cref="ArgumentException"><paramref name="elements"/> is negative or not a whole number of blocks.</exception>
    public void Dequantize(byte* blocks, float* values, long elements) => _dequantize(blocks, values, Blocks(elements));

    /// <summary>Packs <paramref name="elements"/> values with the format's reference quantiser.</summary>
    /// <remarks>No input is refused. A block scale is an f16 in most formats: a block whose scale passes 65504 reads back as infinities or
    /// NaN, one whose scale is at most 2^−25 as a constant. A NaN among the values leaves the others of its block as they would be without it.</remarks>
    /// <param name="values">The values.</param>
    /// <param name="blocks">Room for <see cref="ByteSize"/> bytes, at any alignment.</param>
    /// <param name="elements">A whole number of blocks.</param>
    /// <exception cref="ArgumentException"><paramref name="elements"/> is negative or not a whole number of blocks.</exception>
    /// <exception cref="NotSupportedException">The format has no quantiser, see <see cref="CanQuantize"/>.</exception>
    public void Quantize(float* values, byte* blocks, long elements)
    {
        if (!CanQuantize)
        {
            string quantizable = string.Join(", ", All.Where(format => format.CanQuantize).Select(format => format.Name));
            throw new NotSupportedException($"{Name} can be read but not written; the types that can be written are {quantizable}.");
        }

        _quantize(values, blocks, Blocks(elements));
    }

    public override string ToString() => Name;

    private static BlockFormat Of<TFormat>()
        where TFormat : struct, IBlockFormat =>
        new(TFormat.Type, TFormat.BlockElements, TFormat.BlockBytes, &DequantizeBlocks<TFormat>, null);

    private static BlockFormat WithQuantizer<TFormat>()
        where TFormat : struct, IBlockQuantizer =>
        new(TFormat.Type, TFormat.BlockElements, TFormat.BlockBytes, &DequantizeBlocks<TFormat>, &QuantizeBlocks<TFormat>);

    private static void DequantizeBlocks<TFormat>(byte* blocks, float* values, long count)
        where TFormat : struct, IBlockFormat
    {
        for (long i = 0; i < count; i++)
        {
            TFormat.DequantizeBlock(blocks + (i * TFormat.BlockBytes), values + (i * TFormat.BlockElements));
        }
    }

    private static void QuantizeBlocks<TFormat>(float* values, byte* blocks, long count)
        where TFormat : struct, IBlockQuantizer
    {
        for (long i = 0; i < count; i++)
        {
            TFormat.QuantizeBlock(values + (i * TFormat.BlockElements), blocks + (i * TFormat.BlockBytes));
        }
    }

    private static NotSupportedException Unsupported(GgmlType type)
    {
        string found = Enum.IsDefined(type)
            ? $"Tensor type {type} (id {(int)type}) is known by name but cannot be computed with"
            : $"Tensor type id {(int)type} is unknown";
        return new NotSupportedException($"{found}; the supported types are {string.Join(", ", All.Select(format => format.Name))}.");
    }

    private long Blocks(long elements)
    {
        (long blocks, long rest) = Math.DivRem(elements, BlockElements);
        if (elements < 0 || rest != 0)
        {
            throw new ArgumentException(
                $"{elements} is not a number of {Name} values; expected a non-negative multiple of {BlockElements}.", nameof(elements));
        }

        return blocks;
    }
}

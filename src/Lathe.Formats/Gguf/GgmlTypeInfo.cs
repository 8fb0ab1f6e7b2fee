namespace Lathe.Formats.Gguf;

/// <summary>Name and geometry of a tensor element type: values are stored in blocks of <paramref name="BlockElements"/> values,
/// each <paramref name="BlockBytes"/> bytes long.</summary>
/// <param name="Type">The type's id.</param>
/// <param name="Name">The name as it is usually written, such as <c>Q4_K</c>.</param>
/// <param name="BlockElements">Values per block; 1 for plain number types.</param>
/// <param name="BlockBytes">Bytes per block.</param>
public sealed record GgmlTypeInfo(GgmlType Type, string Name, int BlockElements, int BlockBytes)
{
    /// <summary>Every type of the format, by ascending id.</summary>
    public static IReadOnlyList<GgmlTypeInfo> All { get; } =
    [
        new(GgmlType.F32, "F32", 1, 4),
        new(GgmlType.F16, "F16", 1, 2),
        new(GgmlType.Q4_0, "Q4_0", 32, 18),
        new(GgmlType.Q4_1, "Q4_1", 32, 20),
        new(GgmlType.Q5_0, "Q5_0", 32, 22),
        new(GgmlType.Q5_1, "Q5_1", 32, 24),
        new(GgmlType.Q8_0, "Q8_0", 32, 34),
        new(GgmlType.Q8_1, "Q8_1", 32, 36),
        new(GgmlType.Q2_K, "Q2_K", 256, 84),
        new(GgmlType.Q3_K, "Q3_K", 256, 110),
        new(GgmlType.Q4_K, "Q4_K", 256, 144),
        new(GgmlType.Q5_K, "Q5_K", 256, 176),
        new(GgmlType.Q6_K, "Q6_K", 256, 210),
        new(GgmlType.Q8_K, "Q8_K", 256, 292),
        new(GgmlType.IQ2_XXS, "IQ2_XXS", 256, 66),
        new(GgmlType.IQ2_XS, "IQ2_XS", 256, 74),
        new(GgmlType.IQ3_XXS, "IQ3_XXS", 256, 98),
        new(GgmlType.IQ1_S, "IQ1_S", 256, 50),
        new(GgmlType.IQ4_NL, "IQ4_NL", 32, 18),
        new(GgmlType.IQ3_S, "IQ3_S", 256, 110),
        new(GgmlType.IQ2_S, "IQ2_S", 256, 82),
        new(GgmlType.IQ4_XS, "IQ4_XS", 256, 136),
        new(GgmlType.I8, "I8", 1, 1),
        new(GgmlType.I16, "I16", 1, 2),
        new(GgmlType.I32, "I32", 1, 4),
        new(GgmlType.I64, "I64", 1, 8),
        new(GgmlType.F64, "F64", 1, 8),
        new(GgmlType.IQ1_M, "IQ1_M", 256, 56),
        new(GgmlType.BF16, "BF16", 1, 2),
        new(GgmlType.TQ1_0, "TQ1_0", 256, 54),
        new(GgmlType.TQ2_0, "TQ2_0", 256, 66),
        new(GgmlType.MXFP4, "MXFP4", 32, 17),
        new(GgmlType.NVFP4, "NVFP4", 64, 36),
        new(GgmlType.Q1_0, "Q1_0", 128, 18),
        new(GgmlType.Q2_0, "Q2_0", 64, 18),
    ];

    private static readonly GgmlTypeInfo?[] s_byId = IndexById();

    /// <summary>Storage per value, in bits.</summary>
    public double BitsPerElement => 8.0 * BlockBytes / BlockElements;

    /// <summary>The entry of <paramref name="type"/>.</summary>
    /// <exception cref="GgufException">The format has no such type.</exception>
    public static GgmlTypeInfo Of(GgmlType type)
    {
        return TryGet((uint)type)
            ?? throw new GgufException($"Tensor type id {(uint)type} is unknown; expected one of the {All.Count} types of the format.");
    }

    /// <summary>The entry whose <see cref="Name"/> is <paramref name="name"/>, in any case (<c>q4_k</c> finds Q4_K); null when there is none.</summary>
    public static GgmlTypeInfo? Find(string name)
    {
        return All.FirstOrDefault(info => info.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Bytes of a tensor of this type.</summary>
    /// <exception cref="ArgumentException">A row is not a whole number of blocks.</exception>
    /// <exception cref="OverflowException">The size does not fit in 63 bits.</exception>
    public long ByteSize(TensorShape shape)
    {
        if (shape.D0 % BlockElements != 0)
        {
            throw new ArgumentException($"A row of {shape.D0} values is not a whole number of {Name} blocks of {BlockElements}.", nameof(shape));
        }

        return checked(shape.ElementCount / BlockElements * BlockBytes);
    }

    /// <summary>The entry with this id; null when the format has no such type.</summary>
    internal static GgmlTypeInfo? TryGet(uint id) => id < s_byId.Length ? s_byId[id] : null;

    private static GgmlTypeInfo?[] IndexById()
    {
        var byId = new GgmlTypeInfo?[All.Max(info => (int)info.Type) + 1];
        foreach (var info in All)
        {
            byId[(int)info.Type] = info;
        }

        return byId;
    }
}

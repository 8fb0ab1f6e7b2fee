using Iced.Intel;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>How the float types lie in memory, and how they come into registers.</summary>
internal static class FloatFormat
{
    /// <summary>Values of a vector of f32.</summary>
    public const int VectorElements = 16;

    public static IReadOnlyList<GgmlType> Types { get; } = [GgmlType.F32, GgmlType.F16, GgmlType.BF16];

    /// <summary>Bytes of a value.</summary>
    public static int Bytes(GgmlType type) => type switch
    {
        GgmlType.F32 => 4,
        GgmlType.F16 or GgmlType.BF16 => 2,
        _ => throw Unknown(type),
    };

    /// <summary>Writes the load of 16 values as f32, which is exact for every type.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="target">Register, with a zeroing mask if fewer than 16 values exist: the others are not read.</param>
    /// <param name="source">The first value.</param>
    public static void Load(Assembler code, GgmlType type, AssemblerRegisterZMM target, in AssemblerMemoryOperand source)
    {
        switch (type)
        {
            case GgmlType.F32:
                code.vmovups(target, __zmmword_ptr[source]);
                break;
            case GgmlType.F16:
                code.vcvtph2ps(target, __ymmword_ptr[source]);
                break;
            case GgmlType.BF16:
                // The upper half of an f32.
                code.vpmovzxwd(target, __ymmword_ptr[source]);
                code.vpslld(target, target, 16);
                break;
            default:
                throw Unknown(type);
        }
    }

    private static NotSupportedException Unknown(GgmlType type) => new($"{type} is not a float type; those are {string.Join(", ", Types)}");
}

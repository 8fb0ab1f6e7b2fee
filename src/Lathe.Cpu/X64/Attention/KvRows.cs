using Iced.Intel;
using Lathe.Engine.Inference;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention;

/// <summary>Writes the code that reads keys or values of the KV cache as f32 lanes, whatever the cache stores.</summary>
/// <param name="type">How a value is stored.</param>
/// <param name="dim">Values per row, a multiple of 16.</param>
internal readonly struct KvRows(KvElementType type, int dim)
{
    private const int BlockValues = 32, BlockBytes = 34, ScaleBytes = 2;

    /// <summary>Values per row.</summary>
    public int Dim => dim;

    /// <summary>How a value is stored.</summary>
    public KvElementType Type => type;

    /// <summary>Bytes from one token to the next.</summary>
    public int RowBytes => Offset(dim);

    /// <summary>Offset of a value that starts a block.</summary>
    public int Offset(int value) => type switch
    {
        KvElementType.F16 => value * 2,
        KvElementType.F32 => value * 4,
        KvElementType.Q8_0 => value / BlockValues * BlockBytes,
        _ => throw new NotSupportedException($"the KV cache stores {type}, and the kernel reads f16, f32 and q8_0"),
    };

    /// <summary>Loads values [first, first + 16) of the row at <paramref name="row"/>.</summary>
    /// <param name="scratch">A register that q8_0 overwrites.</param>
    public void Load(Assembler code, AssemblerRegisterZMM target, in AssemblerMemoryOperand row, int first, AssemblerRegisterZMM scratch)
    {
        switch (type)
        {
            case KvElementType.F16:
                code.vcvtph2ps(target, __ymmword_ptr[row + (2 * first)]);
                break;
            case KvElementType.F32:
                code.vmovups(target, __zmmword_ptr[row + (4 * first)]);
                break;
            case KvElementType.Q8_0:
                code.vpbroadcastw(scratch.ToYmm(), __word_ptr[row + Offset(first)]);
                code.vcvtph2ps(scratch, scratch.ToYmm());
                code.vpmovsxbd(target, __xmmword_ptr[row + (Offset(first) + ScaleBytes + (first % BlockValues))]);
                code.vcvtdq2ps(target, target);
                code.vmulps(target, target, scratch);
                break;
            default:
                throw new NotSupportedException($"the KV cache stores {type}, and the kernel reads f16, f32 and q8_0");
        }
    }
}

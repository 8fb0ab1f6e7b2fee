using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Groups16;

/// <summary>A format of blocks of 256 with an integer scale per 16 values and f16 factors of the whole block. Codes are at most 63, so that sums of four of
/// their products with a byte fit 16 bits.</summary>
internal abstract class Groups16Format : Gemv256Format
{
    /// <summary>Writes the sixteen scales of a block as 16-bit integers, and the minima if the format has any.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="row">Address of the block.</param>
    /// <param name="scales">The vector of scales.</param>
    /// <param name="minima">The vector of minima.</param>
    public abstract void Scales(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima);

    /// <summary>Writes the factor of the scales, and that of the minima if the format has any, to all lanes.</summary>
    public abstract void Factors(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scale, AssemblerRegisterYMM minimum);

    public override Gemv256Layout CreateLayout(X64Level level, int k) => new Groups16Layout(this, level, k);

    public override Gemv256Emitter CreateEmitter(X64Level level, int k, int tokens) => new Groups16Emitter(this, level, k, tokens);
}

using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Groups32;

/// <summary>A format with a scale per 32 values: the eight of a step are a vector of f32.</summary>
internal abstract class Groups32Format : Gemv256Format
{
    /// <summary>True if values are signed bytes of more than seven bits; codes then are value + <see cref="FormatEmitter256.SignedOffset"/>.
    /// All other codes are at most 31, so that sums of four of their products with a byte fit 16 bits.</summary>
    public virtual bool Signed => false;

    /// <summary>True if the first of two vectors has the first halves of two groups and the second vector their second halves: low and high nibbles.</summary>
    public virtual bool SplitsGroups => false;

    public override int SumFactor(X64Level level) => Signed ? -FormatEmitter256.SignedOffsetOf(level) : base.SumFactor(level);

    /// <summary>Writes the f32 scales of a step, and the minima if the format has any. Of blocks that do not exist they become anything finite: the activations
    /// have zeros there.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="row">Address of the step's first block.</param>
    /// <param name="blocks">Blocks of the step that exist.</param>
    /// <param name="scales">The vector of scales.</param>
    /// <param name="minima">The vector of minima.</param>
    public abstract void Scales(FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima);

    public override Gemv256Layout CreateLayout(X64Level level, int k) => new Groups32Layout(this, level, k);

    public override Gemv256Emitter CreateEmitter(X64Level level, int k, int tokens) => new Groups32Emitter(this, level, k, tokens);
}

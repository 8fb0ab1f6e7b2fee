using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>How the 256-bit gemv unpacks 256 values of one weight type: value = scale · (code − offset) + minimum, a scale per group of 16 or 32 values.</summary>
/// <remarks>A format states what its steps look like and writes two pieces of code: eight scales with their minima, and 64 codes as two vectors.</remarks>
internal abstract class Gemv256Format
{
    public abstract GgmlType Type { get; }

    public int BlockElements => BlockFormat.Get(Type).BlockElements;

    public int BlockBytes => BlockFormat.Get(Type).BlockBytes;

    /// <summary>Values that share a scale, 16 or 32.</summary>
    public virtual int GroupElements => 32;

    /// <summary>What an unsigned code stands above its value by.</summary>
    public virtual int Offset => 0;

    /// <summary>True if values are signed bytes of more than seven bits; codes then are value + <see cref="FormatEmitter256.SignedOffset"/>.
    /// All other codes are at most 63, so that four of their products with a byte fit 16 bits.</summary>
    public virtual bool Signed => false;

    /// <summary>+1 where minima are added, −1 where they are subtracted, 0 where there are none.</summary>
    public virtual int MinimumSign => 0;

    /// <summary>True if the first of two vectors has the first halves of two groups and the second vector their second halves: low and high nibbles.</summary>
    public virtual bool SplitsGroups => false;

    public int BlocksPerStep => Gemv256Layout.StepElements / BlockElements;

    public int StepBytes => BlocksPerStep * BlockBytes;

    /// <summary>Which 32 values of a step the two vectors of a pair hold; with <see cref="SplitsGroups"/> it is both together that hold both.</summary>
    public virtual (int First, int Second) VectorsOf(int pair) => (2 * pair, (2 * pair) + 1);

    /// <summary>What the sums of the activations' codes are multiplied by before they meet the minima, or the scales where there is an offset; 0 for neither.</summary>
    public int SumFactor(X64Level level) => MinimumSign != 0 ? MinimumSign : -(Signed ? FormatEmitter256.SignedOffsetOf(level) : Offset);

    /// <summary>Loads what the format keeps in registers.</summary>
    public virtual void LoadConstants(FormatEmitter256 code)
    {
    }

    /// <summary>Writes the f32 scales of groups 8·half and up, and their minima if the format has any. Of blocks that do not exist they become anything finite:
    /// the activations have zeros there.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="row">Address of the step's first block.</param>
    /// <param name="half">0, or with groups of 16 values 0 or 1.</param>
    /// <param name="blocks">Blocks of the step that exist.</param>
    /// <param name="scales">The vector of scales.</param>
    /// <param name="minima">The vector of minima.</param>
    public abstract void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima);

    /// <summary>Unpacks 64 values, pair 0-3 of the step, to two vectors of codes. Of a format of small blocks these are blocks 2·pair and 2·pair + 1, and the second
    /// may not exist.</summary>
    public abstract void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second);
}

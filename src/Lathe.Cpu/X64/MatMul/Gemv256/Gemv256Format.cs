using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>How the 256-bit gemv unpacks 256 values of one weight type: value = scale · (code − offset) + minimum, a scale per group of 32 or of 16 values
/// (<see cref="Groups32.Groups32Format"/>, <see cref="Groups16.Groups16Format"/>).</summary>
/// <remarks>A format states what its steps look like and writes two pieces of code: its scales, and 64 codes as two vectors.</remarks>
internal abstract class Gemv256Format
{
    public abstract GgmlType Type { get; }

    public int BlockElements => BlockFormat.Get(Type).BlockElements;

    public int BlockBytes => BlockFormat.Get(Type).BlockBytes;

    /// <summary>What an unsigned code stands above its value by.</summary>
    public virtual int Offset => 0;

    /// <summary>+1 where minima are added, −1 where they are subtracted, 0 where there are none.</summary>
    public virtual int MinimumSign => 0;

    public int BlocksPerStep => Gemv256Layout.StepElements / BlockElements;

    public int StepBytes => BlocksPerStep * BlockBytes;

    /// <summary>Which 32 values of a step the two vectors of a pair hold.</summary>
    public virtual (int First, int Second) VectorsOf(int pair) => (2 * pair, (2 * pair) + 1);

    /// <summary>What the sums of the activations' codes are multiplied by before they meet the minima, or the scales where there is an offset; 0 for neither.</summary>
    public virtual int SumFactor(X64Level level) => MinimumSign != 0 ? MinimumSign : -Offset;

    /// <summary>Loads what the format keeps in registers.</summary>
    public abstract void LoadConstants(FormatEmitter256 code);

    /// <summary>Unpacks 64 values, pair 0-3 of the step, to two vectors of codes; it may use two of the temporaries. Of a format of small blocks these are blocks
    /// 2·pair and 2·pair + 1, and the second may not exist.</summary>
    public abstract void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second);

    /// <summary>The form of the activations.</summary>
    /// <param name="level">What the code may use.</param>
    /// <param name="k">Values per row.</param>
    public abstract Gemv256Layout CreateLayout(X64Level level, int k);

    /// <summary>The code for a number of tokens.</summary>
    public abstract Gemv256Emitter CreateEmitter(X64Level level, int k, int tokens);
}

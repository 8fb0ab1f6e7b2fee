using Iced.Intel;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>How the gemv unpacks 256 values of one weight type: value = scale·(code − Offset) + minimum, a scale per group of 16 or 32 values.</summary>
/// <remarks>A format states what its steps look like and writes two pieces of code: the scales of a step, and 128 codes as two vectors.</remarks>
internal abstract class GemvFormat
{
    public abstract GgmlType Type { get; }

    public abstract int BlockElements { get; }

    public abstract int BlockBytes { get; }

    /// <summary>Values that share a scale, 16 or 32.</summary>
    public virtual int GroupElements => 32;

    /// <summary>What an unsigned code stands above its value by.</summary>
    public virtual int Offset => 0;

    /// <summary>+1 where minima are added, −1 where they are subtracted, 0 where there are none.</summary>
    public virtual int MinimumSign => 0;

    /// <summary>A <see cref="PieceOrder"/>: which values the lanes of the code vectors hold.</summary>
    public abstract ReadOnlySpan<byte> Order { get; }

    /// <summary>Which lane of the scales belongs to a group. With groups of 32 the other eight lanes hold the minima, four lanes up or eight.</summary>
    public virtual int ScaleLane(int group) => group;

    /// <summary>Lane of a group's minimum in the scales (groups of 32).</summary>
    public virtual int MinimumLane(int group) => group + 8;

    /// <summary>With groups of 16 the minima do not fit beside the scales: they are a vector of their own.</summary>
    public bool HasMinimaApart => MinimumSign != 0 && GroupElements == 16;

    /// <summary>Minima in the lanes that <see cref="MinimumLane"/> says.</summary>
    public bool HasMinimaAmongScales => MinimumSign != 0 && GroupElements == 32;

    public int BlocksPerStep => GemvLayout.StepElements / BlockElements;

    public int StepBytes => BlocksPerStep * BlockBytes;

    /// <summary>Loads what the format keeps in registers.</summary>
    public virtual void LoadConstants(FormatEmitter code)
    {
    }

    /// <summary>Writes the f32 scales of a step, and the minima among them, to <paramref name="target"/>. Lanes of blocks that do not exist become anything finite:
    /// the activations have zeros there.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="row">Address of the step's first block.</param>
    /// <param name="blocks">Blocks of the step that exist.</param>
    /// <param name="target">The vector of scales.</param>
    public abstract void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target);

    /// <summary>Writes the f32 minima of a step to <paramref name="target"/> where they are apart.</summary>
    public virtual void Minima(FormatEmitter code, in AssemblerMemoryOperand row, AssemblerRegisterZMM target) =>
        throw new NotSupportedException($"{Type} has no minima apart from its scales");

    /// <summary>Unpacks the pieces that one half of <see cref="Order"/> names to two vectors of unsigned codes. Of a format of small blocks these are values
    /// [128·half, 128·half + 128), and some may not exist. The second half of a step comes after the first.</summary>
    public abstract void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second);
}

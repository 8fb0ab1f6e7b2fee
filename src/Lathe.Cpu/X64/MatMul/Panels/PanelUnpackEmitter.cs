using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Unpacks a step of 256 values of 16 rows to one panel of a <see cref="PanelLayout"/>.</summary>
/// <remarks>
/// <code>
/// for each row
///     scales, minima = the step's, in f32                              format
///     for each half of the step
///         codes = two vectors of 64 unsigned codes                     format
///     staging[vector][row] = vector
/// for each vector
///     transpose its 16 rows of 16 words
///     for each word: store its values, less the offset, as the four that the format's order says; start −= 128 · their sum
/// transpose the scales and the minima alike
/// </code>
/// Registers: zmm16-17 codes and scales, zmm20 and 22-23 the format's, zmm24-31 constants of the format; the transposition uses all. r8 row, r9 bytes per row, r10 rows left,
/// r11 staging, r12 staged scales, r13 staged minima; then rsi staging, rdi the panel.
/// 64 shuffles for 1024 codes are its largest part: about 100 cycles with the stores, a tenth of a cycle per value.
/// </remarks>
/// <param name="format">The format.</param>
/// <param name="blocks">Blocks of the step that exist.</param>
/// <param name="layout">The target.</param>
/// <param name="exactScales">Starts carry the bits of <see cref="PanelLayout.ConversionMagic"/>.</param>
internal sealed class PanelUnpackEmitter(GemvFormat format, int blocks, PanelLayout layout, bool exactScales) : FormatEmitter
{
    private const int Rows = PanelLayout.PanelRows;
    private const int VectorBytes = 64;
    private const int Vectors = 4;
    private const int PieceElements = 16;

    private readonly HashSet<int> _started = [];

    public override string Key => $"unpack panel {format.Type} blocks={blocks} exact={exactScales} vnni512{(HasByteOperations ? " bytes" : "")}";

    private static AssemblerRegisterZMM Offset => zmm16;

    private static AssemblerRegisterZMM ActivationOffset => zmm17;

    private int Elements => blocks * format.BlockElements;

    protected override void Body()
    {
        format.LoadConstants(this);
        Code.mov(r8, __[Arguments + PanelUnpackArguments.RowOffset]);
        Code.mov(r9, __[Arguments + PanelUnpackArguments.RowBytesOffset]);
        Code.mov(r10, __[Arguments + PanelUnpackArguments.RowsOffset]);
        Code.mov(r11, __[Arguments + PanelUnpackArguments.StagingOffset]);
        Code.mov(r12, __[Arguments + PanelUnpackArguments.StagedScalesOffset]);
        Code.mov(r13, __[Arguments + PanelUnpackArguments.StagedMinimaOffset]);
        Code.mov(r15d, Rows);
        Code.xor(ebp, ebp);
        var row = Code.CreateLabel();
        Code.Label(ref row);
        StageRow();
        Code.add(r11, VectorBytes);
        Code.add(r12, VectorBytes);
        Code.add(r13, VectorBytes);

        // The last row that there is stands in for those that are missing.
        Code.dec(r10);
        Code.mov(rax, r9);
        Code.cmovle(rax, rbp);
        Code.add(r8, rax);
        Code.dec(r15d);
        Code.jne(row);

        TransposeCodes();
        TransposeScales();
        if (format.HasMinimaApart)
        {
            TransposeMinima();
        }
    }

    private void StageRow()
    {
        var row = __[r8];
        format.Scales(this, row, blocks, zmm16);
        Code.vmovaps(__zmmword_ptr[r12], zmm16);
        if (format.HasMinimaApart)
        {
            format.Minima(this, row, zmm16);
            Code.vmovaps(__zmmword_ptr[r13], zmm16);
        }

        for (var half = 0; half < 2; half++)
        {
            if (!HasPieces(2 * half) && !HasPieces((2 * half) + 1))
            {
                continue;
            }

            format.Codes(this, row, half, blocks, zmm16, zmm17);
            Code.vmovdqa64(__zmmword_ptr[r11 + (2 * half * Rows * VectorBytes)], zmm16);
            Code.vmovdqa64(__zmmword_ptr[r11 + (((2 * half) + 1) * Rows * VectorBytes)], zmm17);
        }
    }

    /// <summary>The piece of 16 values in a quarter of a code vector.</summary>
    private int Piece(int vector, int quarter) => format.Order[(4 * vector) + quarter];

    private bool Exists(int piece) => piece * PieceElements < Elements;

    private bool HasPieces(int vector) => Enumerable.Range(0, 4).Any(quarter => Exists(Piece(vector, quarter)));

    private void TransposeCodes()
    {
        Code.mov(rsi, __[Arguments + PanelUnpackArguments.StagingOffset]);
        Code.mov(rdi, __[Arguments + PanelUnpackArguments.TargetOffset]);
        for (var vector = 0; vector < Vectors; vector++)
        {
            if (!HasPieces(vector))
            {
                continue;
            }

            Transpose(rsi + (vector * Rows * VectorBytes));
            Code.vmovdqu32(ActivationOffset, Repeated(PanelActivations.Offset));
            if (format.Offset != 0)
            {
                Code.vmovdqu32(Offset, Repeated((byte)format.Offset));
            }

            for (var quarter = 0; quarter < 4; quarter++)
            {
                if (Exists(Piece(vector, quarter)))
                {
                    StorePiece(Piece(vector, quarter), 4 * quarter);
                }
            }
        }
    }

    /// <summary>16 values of all rows, in four columns.</summary>
    private void StorePiece(int piece, int firstColumn)
    {
        var sum = Zmm(20 + (firstColumn / 4));
        Code.vpxord(sum, sum, sum);
        for (var word = 0; word < 4; word++)
        {
            var values = Transposition.Column(firstColumn + word);
            if (format.Offset != 0)
            {
                Code.vpsubb(values, values, Offset);
            }

            Code.vmovdqa64(Target(piece / 2, PanelLayout.Quad((4 * (piece % 2)) + word, 0)), values);
            Code.vpdpbusd(sum, ActivationOffset, values);
        }

        var group = piece * PieceElements / format.GroupElements;
        var start = Target(group / layout.Groups, layout.Start(group % layout.Groups, 0));
        var before = Zmm(24 + (firstColumn / 4));
        if (_started.Add(group))
        {
            Code.vmovdqu32(before, Repeated(exactScales ? BitConverter.SingleToInt32Bits(PanelLayout.ConversionMagic) : 0));
        }
        else
        {
            Code.vmovdqa64(before, start);
        }

        Code.vpsubd(before, before, sum);
        Code.vmovdqa64(start, before);
    }

    private AssemblerMemoryOperand Target(int block, int offset) => __zmmword_ptr[rdi + ((block * layout.BlockBytes) + offset)];

    private void TransposeScales()
    {
        Code.mov(rsi, __[Arguments + PanelUnpackArguments.StagedScalesOffset]);
        Transpose(__[rsi]);
        for (var group = 0; group < Elements / format.GroupElements; group++)
        {
            var scales = Transposition.Column(format.GroupElements == PieceElements ? group : format.ScaleLane(group));
            var (block, inBlock) = Math.DivRem(group, layout.Groups);
            Code.vmovaps(Target(block, layout.Scale(inBlock, 0)), scales);
            if (exactScales)
            {
                Code.vmulps(scales, scales, Repeated(PanelLayout.ConversionMagic));
                Code.vmovaps(Target(block, layout.Shift(inBlock, 0)), scales);
            }

            if (format.HasMinimaAmongScales)
            {
                StoreMinima(group, Transposition.Column(format.MinimumLane(group)));
            }
        }
    }

    private void TransposeMinima()
    {
        Code.mov(rsi, __[Arguments + PanelUnpackArguments.StagedMinimaOffset]);
        Transpose(__[rsi]);
        for (var group = 0; group < Elements / format.GroupElements; group++)
        {
            StoreMinima(group, Transposition.Column(group));
        }
    }

    private void StoreMinima(int group, AssemblerRegisterZMM minima)
    {
        if (format.MinimumSign < 0)
        {
            Code.vpxord(minima, minima, Repeated(int.MinValue));
        }

        var (block, inBlock) = Math.DivRem(group, layout.Groups);
        Code.vmovaps(Target(block, layout.Minimum(inBlock, 0)), minima);
    }

    private void Transpose(AssemblerMemoryOperand source)
    {
        for (var row = 0; row < Rows; row++)
        {
            Code.vmovdqa64(Zmm(row), __zmmword_ptr[source + (row * VectorBytes)]);
        }

        Transposition.Emit(Code);
    }
}

using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Expands up to 32 rows of a block format to tiles of bf16 weights.</summary>
/// <remarks>
/// <code>
/// for each row, for each step of 256 values
///     scales, minima = the step's, in f32                              format
///     for each half of the step
///         codes = two vectors of 64 unsigned codes                     format
///         for each line of 32 values: two pieces of 16 codes
///             low, high = float(piece) · scale + minimum               minimum: −offset · scale where codes have an offset
///             store round(low) >> 16 | round(high) &amp; 0xffff0000       pairs (i, i + 16), as the activations have them
/// </code>
/// Registers: zmm16-17 codes, zmm18-21 values, zmm22-23 the format's, zmm24-31 constants of the format; zmm0-3 spread a piece's bytes to 32 bits, zmm4 the
/// rounding, zmm5 the shuffle of halves. r8 row, r9 bytes per row, r10 rows, r11 target, rax bytes into the row, rdi target of the step.
/// A line takes nine vector instructions after its codes: about 5 cycles, and is used 32 times by 512 tokens, 16 cycles each for two tiles by two.
/// </remarks>
/// <param name="format">The format.</param>
/// <param name="elements">Values of each row, a multiple of 32; null for the generic form, which takes their number, a multiple of 256, from its arguments.</param>
internal sealed class TileUnpackEmitter(GemvFormat format, int? elements) : FormatEmitter
{
    public const int StepElements = 256;

    /// <summary>Bytes of a step in the tiles of a block of rows.</summary>
    public const int StepTargetBytes = StepElements / TileLayout.StepElements * 2 * TileLayout.TileBytes;

    private const int VectorBytes = 64;

    public override string Key => $"unpack {format.Type} elements={(elements is { } count ? count : "any")} avx512";

    /// <summary>Scales and the minima among them, then what the offset adds, or the minima that are apart.</summary>
    protected override int FrameBytes => 2 * VectorBytes;

    private static AssemblerRegisterZMM Code0 => zmm16;

    private static AssemblerRegisterZMM Code1 => zmm17;

    private static AssemblerRegisterZMM Low => zmm18;

    private static AssemblerRegisterZMM High => zmm19;

    private static AssemblerRegisterZMM Addend => zmm20;

    private static AssemblerRegisterZMM Scales => zmm21;

    private static AssemblerRegisterZMM Rounding => zmm4;

    private static AssemblerRegisterZMM UpperWords => zmm5;

    private static AssemblerRegisterZMM Spread(int quarter) => Zmm(quarter);

    protected override void Body()
    {
        format.LoadConstants(this);
        for (var quarter = 0; quarter < 4; quarter++)
        {
            Code.vmovups(Spread(quarter), Constant<byte>([.. Enumerable.Range(0, 64).Select(i => (byte)((16 * quarter) + (i / 4)))]));
        }

        Code.vmovups(Rounding, Repeated(0x8000));
        Code.vmovups(UpperWords, Constant<byte>([.. Enumerable.Range(0, 64).Select(i => (byte)((i % 16 / 4 * 4) + 2 + (i % 2)))]));
        Code.mov(rax, 0x1111_1111_1111_1111);
        Code.kmovq(k2, rax); // the lowest byte of 32 bits
        Code.mov(rax, 0x3333_3333_3333_3333);
        Code.kmovq(k3, rax); // the lower word of 32 bits
        Code.mov(r8, __[Arguments + TileUnpackArguments.RowOffset]);
        Code.mov(r9, __[Arguments + TileUnpackArguments.RowBytesOffset]);
        Code.mov(r10, __[Arguments + TileUnpackArguments.RowsOffset]);
        Code.mov(r11, __[Arguments + TileUnpackArguments.TargetOffset]);
        var row = Code.CreateLabel();
        Code.Label(ref row);
        Row();
        Code.add(r8, r9);
        Code.add(r11, TileLayout.LineBytes);
        Code.dec(r10);
        Code.jne(row);
    }

    private void Row()
    {
        Code.xor(eax, eax);
        Code.mov(rdi, r11);
        Code.lea(r12, __[r8 + (r9 * TileLayout.RowsAhead)]);
        if (elements is null or >= StepElements)
        {
            var step = Code.CreateLabel();
            Code.Label(ref step);
            Step(format.BlocksPerStep);
            Code.add(rdi, StepTargetBytes);
            Code.add(rax, format.StepBytes);
            if (elements is { } count)
            {
                Code.cmp(rax, count / StepElements * format.StepBytes);
            }
            else
            {
                Code.cmp(rax, __[Arguments + TileUnpackArguments.WholeBytesOffset]);
            }

            Code.jb(step);
        }

        if (elements % StepElements is > 0 and var rest)
        {
            Step(rest / format.BlockElements);
        }
    }

    private void Step(int blocks)
    {
        var row = __[r8 + rax];
        for (var line = 0; line < format.StepBytes; line += 64)
        {
            Code.prefetcht0(__byte_ptr[r12 + rax + line]);
        }

        format.Scales(this, row, blocks, Scales);
        Code.vmovaps(__zmmword_ptr[rsp], Scales);
        if (format.Offset != 0)
        {
            Code.vmulps(Scales, Scales, Repeated(-(float)format.Offset));
            Code.vmovaps(__zmmword_ptr[rsp + VectorBytes], Scales);
        }
        else if (format.HasMinimaApart)
        {
            format.Minima(this, row, Code0);
            Code.vmovaps(__zmmword_ptr[rsp + VectorBytes], Code0);
        }

        for (var half = 0; half < 2; half++)
        {
            int[] lines = [.. Enumerable.Range(0, blocks * format.BlockElements / TileLayout.StepElements).Where(line => HalfOf(line) == half)];
            if (lines.Length == 0)
            {
                break;
            }

            format.Codes(this, row, half, blocks, Code0, Code1);
            foreach (var line in lines)
            {
                Line(line);
            }
        }
    }

    /// <summary>Which pair of code vectors a line's two pieces are in.</summary>
    private int HalfOf(int line) => format.Order.IndexOf((byte)(2 * line)) / 8;

    private void Line(int line)
    {
        Value(Low, 2 * line);
        Value(High, (2 * line) + 1);
        Code.vpaddd(Low, Low, Rounding);
        Code.vpaddd(High, High, Rounding);
        Code.vpshufb(High.k3, Low, UpperWords);
        Code.vmovdqa64(__zmmword_ptr[rdi + (line * 2 * TileLayout.TileBytes)], High);
    }

    /// <summary>16 values.</summary>
    private void Value(AssemblerRegisterZMM target, int piece)
    {
        var place = format.Order.IndexOf((byte)piece);
        var group = piece * 16 / format.GroupElements;
        Code.vpermb(target.k2.z, Spread(place % 4), place / 4 % 2 == 0 ? Code0 : Code1);
        Code.vcvtdq2ps(target, target);
        var scale = __dword_bcst[rsp + (sizeof(float) * format.ScaleLane(group))];
        if (format.Offset != 0)
        {
            Code.vbroadcastss(Addend, __dword_ptr[rsp + (VectorBytes + (sizeof(float) * format.ScaleLane(group)))]);
            Code.vfmadd132ps(target, Addend, scale);
        }
        else if (format.MinimumSign != 0)
        {
            var minimum = format.HasMinimaApart ? VectorBytes + (sizeof(float) * group) : sizeof(float) * format.MinimumLane(group);
            Code.vbroadcastss(Addend, __dword_ptr[rsp + minimum]);
            if (format.MinimumSign > 0)
            {
                Code.vfmadd132ps(target, Addend, scale);
            }
            else
            {
                Code.vfmsub132ps(target, Addend, scale);
            }
        }
        else
        {
            Code.vmulps(target, target, scale);
        }
    }
}

using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>Quantises activations and writes the records of a <see cref="GemvLayout"/>.</summary>
/// <remarks>The pieces of a record are picked out of the step's codes; products with the offset, or with one, sum four codes to a lane.</remarks>
internal sealed class GemvPackEmitter(GemvFormat format, GemvLayout layout) : QuantizeEmitter
{
    public override string Key => $"quantize gemv {format.Type} vnni512";

    protected override int RecordBytes => layout.RecordBytes;

    private static AssemblerRegisterZMM Initial => zmm4;

    private static AssemblerRegisterZMM Factor => zmm5;

    private static AssemblerRegisterZMM Sums => zmm6;

    private static AssemblerRegisterZMM Scales => zmm10;

    private static AssemblerRegisterZMM Minima => zmm11;

    protected override void Record()
    {
        Pieces();
        if (format.Offset != 0)
        {
            Initials();
        }

        if (format.MinimumSign != 0)
        {
            ScaledSums();
        }

        ScaleLanes();
    }

    /// <summary>zmm0-3 and the record: the codes in the format's order.</summary>
    private void Pieces()
    {
        for (var vector = 0; vector < GemvLayout.Vectors; vector++)
        {
            for (var quarter = 0; quarter < 4; quarter++)
            {
                var piece = __xmmword_ptr[rsp + (16 * format.Order[(4 * vector) + quarter])];
                if (quarter == 0)
                {
                    Code.vmovdqa32(Xmm(vector), piece);
                }
                else
                {
                    Code.vinserti32x4(Zmm(vector), Zmm(vector), piece, (byte)quarter);
                }
            }

            Code.vmovdqu32(__zmmword_ptr[rdi + (VectorBytes * vector)], Zmm(vector));
        }
    }

    private void Initials()
    {
        Code.vmovdqu32(Factor, Repeated((byte)format.Offset));
        for (var accumulator = 0; accumulator < layout.Accumulators; accumulator++)
        {
            Code.vpxord(Sums, Sums, Sums);
            Code.vpxord(Initial, Initial, Initial);
            for (var vector = 0; vector < GemvLayout.Vectors; vector++)
            {
                if (layout.AccumulatorOf(vector) == accumulator)
                {
                    Code.vpdpbusd(Sums, Factor, Zmm(vector));
                }
            }

            Code.vpsubd(Initial, Initial, Sums);
            Code.vmovdqu32(__zmmword_ptr[rdi + (layout.InitialOffset + (VectorBytes * accumulator))], Initial);
        }
    }

    /// <summary>Each scale twice, times the sums of 16 codes, or of 32, each of these twice then.</summary>
    private void ScaledSums()
    {
        Code.vmovdqu32(Factor, Repeated<byte>(1));
        for (var vector = 0; vector < GemvLayout.Vectors; vector++)
        {
            var sums = Zmm(6 + vector);
            Code.vpxord(sums, sums, sums);
            Code.vpdpbusd(sums, Factor, __zmmword_ptr[rsp + (VectorBytes * vector)]);
        }

        MergeQuarters(Sums, zmm7, zmm8, zmm9, Factor, Code.vpaddd);
        Code.vmovdqu32(Factor, Constant<int>([.. Enumerable.Range(0, 16).Select(Transposed)]));
        Code.vpermd(Sums, Factor, Sums);
        if (format.HasMinimaAmongScales)
        {
            Code.vpshufd(zmm7, Sums, 0b10_11_00_01);
            Code.vpaddd(Sums, Sums, zmm7);
        }

        Code.vmovdqu32(Factor, Constant<int>([.. Enumerable.Range(0, 16).Select(lane => lane / 2)]));
        Code.vpermps(Minima, Factor, __zmmword_ptr[rsp + ScalesOffset]);
        Code.vcvtdq2ps(Sums, Sums);
        if (format.MinimumSign < 0)
        {
            Code.vpxord(Minima, Minima, Repeated(int.MinValue));
        }

        Code.vmulps(Minima, Minima, Sums);
    }

    private void ScaleLanes()
    {
        if (format.MinimumSign == 0)
        {
            Code.vpxord(Minima, Minima, Minima);
        }

        Code.vmovdqu32(Scales, Constant<int>([.. Enumerable.Range(0, 16).Select(SourceOfLane)]));
        Code.vmovaps(Factor, __zmmword_ptr[rsp + ScalesOffset]);
        Code.vpermi2ps(Scales, Factor, Minima);
        Code.vmovups(__zmmword_ptr[rdi + layout.ScalesOffset], Scales);
        if (format.HasMinimaApart)
        {
            Code.vmovups(__zmmword_ptr[rdi + layout.MinimaOffset], Minima);
        }
    }

    /// <summary>What a lane of the scales takes: a scale (0-7), or a lane of the minima (from 16 on), which are zeros if the format has none.</summary>
    private int SourceOfLane(int lane)
    {
        const int FirstMinimum = 16;
        if (format.GroupElements == 16)
        {
            return lane / 2;
        }

        for (var group = 0; group < 8; group++)
        {
            if (lane == format.ScaleLane(group))
            {
                return group;
            }

            if (format.HasMinimaAmongScales && lane == format.MinimumLane(group))
            {
                return FirstMinimum + (2 * group);
            }
        }

        return FirstMinimum;
    }
}

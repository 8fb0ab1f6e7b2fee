using Iced.Intel;
using Lathe.Cpu.Simd.MatMul;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>Quantises activations to int8 with a scale per 32, bit for bit as <see cref="ActivationLayout.QuantizeBlock"/> does; what is written of them, and how,
/// subclasses say.</summary>
/// <remarks>
/// <code>
/// for each step of 256 values
///     for each four blocks of 32 (four, because each waits for itself most of the time)
///         largest = the largest magnitude; factors = sixteen trials / largest
///         for each value, a trial to each lane
///             q = round(factors · value); xq += value · q; qq += q · q
///         scales = xq / qq; gains = xq · scales; the first lane of the largest gain has the factor and the scale
///         codes = round(factor · values)
///     write the step's record                                                subclass
/// </code>
/// Registers: zmm0-3 factors, zmm4-15 sums, zmm16-26 scratch, zmm27-31 constants. rsi values, rdi records, r8 steps left, r9 codes, r10 scales.
/// The trials take four vector instructions per value, 64 cycles per block at two per cycle; all the rest is about a quarter of that.
/// </remarks>
internal abstract class QuantizeEmitter : KernelEmitter
{
    protected const int VectorBytes = 64;
    protected const int StepElements = 256;

    /// <summary>Where the frame has the eight scales of a step, behind its 256 codes; both in the order of the values.</summary>
    protected const int ScalesOffset = StepElements;

    private const int WorkOffset = ScalesOffset + VectorBytes;
    private const int Together = 4;
    private const int BlockBytes = ActivationLayout.BlockElements * sizeof(float);
    private const int ValuesPerRound = 8;
    private const byte Equal = 0, NotLess = 5;

    private static AssemblerRegisterZMM Transposition => zmm27;

    private static AssemblerRegisterZMM Magnitude => zmm28;

    private static AssemblerRegisterXMM Highest => xmm29;

    private static AssemblerRegisterZMM Trials => zmm30;

    /// <summary>Adding and subtracting 1.5 · 2^23 rounds to the nearest integer.</summary>
    private static AssemblerRegisterZMM Magic => zmm31;

    protected override int FrameBytes => WorkOffset + VectorBytes;

    /// <summary>Bytes of a step's record.</summary>
    protected abstract int RecordBytes { get; }

    /// <summary>Writes the record at <c>[rdi]</c> of the codes at <c>[rsp]</c> and the scales behind them. It may use zmm0-26, k1-k7, rax, rcx and rdx.</summary>
    protected abstract void Record();

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + QuantizeArguments.ValuesOffset]);
        Code.mov(rdi, __[Arguments + QuantizeArguments.RecordsOffset]);
        Code.mov(r8, __[Arguments + QuantizeArguments.StepsOffset]);
        Code.vmovdqu32(Transposition, Constant<int>([.. Enumerable.Range(0, 16).Select(Transposed)]));
        Code.vmovdqu32(Magnitude, Repeated(int.MaxValue));
        Code.vmovups(Trials, Constant(ActivationLayout.Trials));
        Code.vmovups(Magic, Repeated(ActivationLayout.RoundingMagic));
        Code.vpxord(Highest, Highest, Highest);

        var step = Code.CreateLabel();
        Code.Label(ref step);
        Code.mov(r9, rsp);
        Code.lea(r10, __[rsp + ScalesOffset]);
        var blocks = Code.CreateLabel();
        Code.Label(ref blocks);
        Blocks();
        Code.add(rsi, Together * BlockBytes);
        Code.add(r9, Together * ActivationLayout.BlockElements);
        Code.add(r10, Together * sizeof(float));
        Code.lea(rax, __[rsp + ScalesOffset]);
        Code.cmp(r9, rax);
        Code.jb(blocks);
        Record();
        Code.add(rdi, RecordBytes);
        Code.dec(r8);
        Code.jne(step);

        // Magnitudes are compared as integers, which puts infinities and NaNs on top.
        Code.vpcmpud(k1, Highest, Constant<uint>(Limit, Limit, Limit, Limit), NotLess);
        Code.kmovw(eax, k1);
        Code.mov(__[Arguments + QuantizeArguments.UnusualOffset], rax);
    }

    /// <summary>2^60: the square of a larger value, times 32, may be infinite.</summary>
    private static uint Limit => BitConverter.SingleToUInt32Bits(1L << 60);

    private static AssemblerRegisterZMM Factors(int block) => Zmm(block);

    /// <summary>Sums over the values of even index, to which those of odd index are added at the end: the order of the C# code.</summary>
    private static AssemblerRegisterZMM ValueSums(int block, int value) => Zmm(Together + (Together * (value % 2)) + block);

    /// <summary>Sums of integers below 2^24, exact in every order.</summary>
    private static AssemblerRegisterZMM CodeSums(int block) => Zmm((3 * Together) + block);

    private static AssemblerRegisterZMM Scratch(int number) => Zmm(16 + number);

    private static AssemblerMemoryOperand Work(int block) => __dword_bcst[rsp + (WorkOffset + (block * sizeof(float)))];

    /// <summary>Where a lane goes when four lanes of four quarters are transposed.</summary>
    protected static int Transposed(int lane) => (4 * (lane % 4)) + (lane / 4);

    private void Blocks()
    {
        StartFactors();
        Try();
        Choose();
        WriteCodes();
    }

    private void StartFactors()
    {
        for (var block = 0; block < Together; block++)
        {
            Code.vpandd(Scratch(block), Magnitude, __zmmword_ptr[rsi + (block * BlockBytes)]);
            Code.vpandd(Scratch(4), Magnitude, __zmmword_ptr[rsi + ((block * BlockBytes) + VectorBytes)]);
            Code.vpmaxsd(Scratch(block), Scratch(block), Scratch(4));
        }

        LargestOfEach(Code.vpmaxsd, Code.vpmaxsd, Code.vpmaxsd);
        var (largest, units) = (Scratch(0).ToXmm(), Scratch(1).ToXmm());
        Code.vpmaxud(Highest, Highest, largest);

        // Where all is negligible the factors are zeros; then there are no gains, no lane is the largest, and factor and scale are zeros too.
        Code.vcmpps(k1, largest, Four(ActivationLayout.Negligible), NotLess);
        Code.vmovups(units, Four(1f));
        Code.vdivps(units.k1.z, units, largest);
        Code.vmovaps(__xmmword_ptr[rsp + WorkOffset], units);
        for (var block = 0; block < Together; block++)
        {
            Code.vmulps(Factors(block), Trials, Work(block));
            foreach (var sums in (AssemblerRegisterZMM[])[ValueSums(block, 0), ValueSums(block, 1), CodeSums(block)])
            {
                Code.vpxord(sums, sums, sums);
            }
        }
    }

    private void Try()
    {
        var round = Code.CreateLabel();
        Code.xor(eax, eax);
        Code.Label(ref round);
        for (var value = 0; value < ValuesPerRound; value++)
        {
            for (var block = 0; block < Together; block++)
            {
                var place = rsi + rax + ((block * BlockBytes) + (value * sizeof(float)));
                var q = Scratch(((value * Together) + block) % 11);
                Code.vbroadcastss(q, __dword_ptr[place]);
                Code.vfmadd213ps(q, Factors(block), Magic);
                Code.vsubps(q, q, Magic);
                Code.vfmadd231ps(ValueSums(block, value), q, __dword_bcst[place]);
                Code.vfmadd231ps(CodeSums(block), q, q);
            }
        }

        Code.add(eax, ValuesPerRound * sizeof(float));
        Code.cmp(eax, BlockBytes);
        Code.jb(round);
    }

    private void Choose()
    {
        for (var block = 0; block < Together; block++)
        {
            var (valueSums, scales) = (ValueSums(block, 0), CodeSums(block));
            Code.vaddps(valueSums, valueSums, ValueSums(block, 1));
            Code.vdivps(scales, valueSums, scales);
            Code.vmulps(valueSums, valueSums, scales);
            Code.vmovaps(Scratch(block), valueSums);
        }

        LargestOfEach(Code.vmaxps, Code.vmaxps, Code.vmaxps);
        Code.vmovaps(__xmmword_ptr[rsp + WorkOffset], Scratch(0).ToXmm());
        for (var block = 0; block < Together; block++)
        {
            var (gains, chosen) = (ValueSums(block, 0), Scratch(block));
            Code.vcmpps(k1, gains, Work(block), Equal);
            Code.vcompressps(chosen.k1.z, CodeSums(block));
            Code.vmovss(__dword_ptr[r10 + (block * sizeof(float))], chosen.ToXmm());
            Code.vcompressps(chosen.k1.z, Factors(block));
            Code.vbroadcastss(Factors(block), chosen.ToXmm());
        }
    }

    private void WriteCodes()
    {
        for (var pair = 0; pair < Together; pair += 2)
        {
            for (var vector = 0; vector < 4; vector++)
            {
                var codes = Scratch(vector);
                Code.vmulps(codes, Factors(pair + (vector / 2)), __zmmword_ptr[rsi + ((pair * BlockBytes) + (vector * VectorBytes))]);
                Code.vcvtps2dq(codes, codes);
            }

            // Packing works within quarters: each has four codes of every vector then.
            Code.vpackssdw(Scratch(0), Scratch(0), Scratch(1));
            Code.vpackssdw(Scratch(2), Scratch(2), Scratch(3));
            Code.vpacksswb(Scratch(0), Scratch(0), Scratch(2));
            Code.vpermd(Scratch(0), Transposition, Scratch(0));
            Code.vmovdqa64(__zmmword_ptr[r9 + (pair * ActivationLayout.BlockElements)], Scratch(0));
        }
    }

    /// <summary>The largest lanes of the first four scratch vectors, to lanes 0-3 of the first.</summary>
    private void LargestOfEach(
        Action<AssemblerRegisterZMM, AssemblerRegisterZMM, AssemblerRegisterZMM> zmm,
        Action<AssemblerRegisterYMM, AssemblerRegisterYMM, AssemblerRegisterYMM> ymm,
        Action<AssemblerRegisterXMM, AssemblerRegisterXMM, AssemblerRegisterXMM> xmm)
    {
        MergeQuarters(Scratch(0), Scratch(1), Scratch(2), Scratch(3), Scratch(4), zmm);
        var (result, other) = (Scratch(0), Scratch(1));
        Code.vextracti64x4(other.ToYmm(), result, 1);
        ymm(result.ToYmm(), result.ToYmm(), other.ToYmm());
        Code.vextracti32x4(other.ToXmm(), result.ToYmm(), 1);
        xmm(result.ToXmm(), result.ToXmm(), other.ToXmm());
    }

    /// <summary>Merges the four lanes of each quarter of four vectors into one: lane v of a quarter of the result, in <paramref name="a"/>, comes from vector v.</summary>
    protected void MergeQuarters(
        AssemblerRegisterZMM a,
        AssemblerRegisterZMM b,
        AssemblerRegisterZMM c,
        AssemblerRegisterZMM d,
        AssemblerRegisterZMM scratch,
        Action<AssemblerRegisterZMM, AssemblerRegisterZMM, AssemblerRegisterZMM> merge)
    {
        Code.vunpcklps(scratch, a, b);
        Code.vunpckhps(a, a, b);
        merge(a, a, scratch);
        Code.vunpcklps(scratch, c, d);
        Code.vunpckhps(c, c, d);
        merge(c, c, scratch);
        Code.vunpcklpd(scratch, a, c);
        Code.vunpckhpd(a, a, c);
        merge(a, a, scratch);
    }

    private AssemblerMemoryOperand Four(float value) => Constant<float>(value, value, value, value);
}

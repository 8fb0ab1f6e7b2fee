using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>Rows times one, two or four tokens with 256-bit vectors, the weights read once, in the file's own layout.</summary>
/// <remarks>
/// <code>
/// for each row of the streams (one row of each stream in lockstep: one core reads eight streams far faster than one)
///     total[stream][token] = 0
///     for each step of 256 values, for each stream
///         scales, minima = eight at a time in f32                            format
///         for each token: products[token] = scales · the token's scales
///                         total += minima · the token's sums, or scales · them for an offset
///         for each 64 values
///             code0, code1 = 32 codes each                                   format
///             for each token: dot = code · activation                        vpdpbusd, or vpmaddubsw and vpmaddwd
///                             total += float(dot) · products, one or two broadcast from memory
///     output = horizontal sums of the totals
/// </code>
/// Registers: ymm0-3 the stream's totals, ymm4-5 codes, or scales and minima, ymm6-7 dots, ymm8-10 scratch and the format's own, ymm11-15 constants.
/// Totals of all streams and the products are in the frame. r8-r15 rows, rax bytes into the row, rdi activations, rcx rdx rsi scratch.
/// </remarks>
/// <param name="format">The format.</param>
/// <param name="level">AVX2 or AVX-VNNI.</param>
/// <param name="k">Values per row.</param>
/// <param name="tokens">Tokens together, 1, 2 or 4.</param>
internal sealed class Gemv256Emitter(Gemv256Format format, X64Level level, int k, int tokens) : FormatEmitter256(level)
{
    private const int VectorBytes = 32;
    private const int Pairs = 4;
    private const int PrefetchDistance = 1024;
    private const int LineBytes = 64;

    private static readonly AssemblerRegister64[] s_rows = [r8, r9, r10, r11, r12, r13, r14, r15];

    private readonly Gemv256Layout _layout = new(format, level, k);
    private AssemblerRegisterYMM _pairLanes;
    private AssemblerRegisterYMM _ones;

    /// <summary>Streams that walk in lockstep with this many tokens: with more tokens the code of eight would not stay in the cache of decoded instructions.</summary>
    public static int StreamsOf(int tokens) => tokens == 1 ? GemvArguments.MaxStreams : GemvArguments.MaxStreams / 2;

    public override string Key => $"gemv256 {format.Type} k={k} tokens={tokens} streams={Streams} {(HasVnni ? "vnni256" : "avx2")}";

    protected override int FrameBytes => ResultsOffset + VectorBytes;

    private static AssemblerRegisterYMM Code0 => ymm4;

    private static AssemblerRegisterYMM Code1 => ymm5;

    private static AssemblerRegisterYMM Dot0 => ymm6;

    private static AssemblerRegisterYMM Dot1 => ymm7;

    private static AssemblerRegisterYMM Spread => Temporary0;

    /// <summary>Magnitudes of signed codes, where these are needed.</summary>
    private static AssemblerRegisterYMM Magnitude0 => Temporary1;

    private static AssemblerRegisterYMM Magnitude1 => Temporary2;

    private int Streams => StreamsOf(tokens);

    private bool HasVnni => Level == X64Level.AvxVnni;

    private bool SignsApart => format.Signed && !HasVnni;

    /// <summary>True if the lanes of a vector belong to two groups.</summary>
    private bool VectorsHaveTwoGroups => format.SplitsGroups || format.GroupElements == 16;

    private int Halves => 32 / format.GroupElements;

    private int ProductsOffset => Streams * tokens * VectorBytes;

    /// <summary>Behind the products of every token.</summary>
    private int ResultsOffset => ProductsOffset + (tokens * Halves * VectorBytes);

    protected override void Body()
    {
        if (VectorsHaveTwoGroups)
        {
            _pairLanes = KeepConstant(Constant(0, 0, 0, 0, 1, 1, 1, 1));
        }

        if (!HasVnni)
        {
            _ones = KeepConstant(InMemoryRepeated<short>(1));
        }

        format.LoadConstants(this);
        var row = Code.CreateLabel();
        Code.Label(ref row);
        Row();
        Code.dec(__qword_ptr[Arguments + GemvArguments.RowCountOffset]);
        Code.jne(row);
    }

    private void Row()
    {
        for (var stream = 0; stream < Streams; stream++)
        {
            Code.mov(s_rows[stream], __[Arguments + GemvArguments.RowsOffset + (8 * stream)]);
        }

        Code.mov(rdi, __[Arguments + GemvArguments.ActivationsOffset]);
        Code.vxorps(xmm0, xmm0, xmm0);
        for (var total = 0; total < Streams * tokens; total++)
        {
            Code.vmovaps(__ymmword_ptr[rsp + (VectorBytes * total)], ymm0);
        }

        Code.xor(eax, eax);
        var steps = k / Gemv256Layout.StepElements;
        if (steps > 0)
        {
            var step = Code.CreateLabel();
            Code.Label(ref step);
            Step(format.BlocksPerStep);
            Code.add(rdi, _layout.RecordBytes);
            Code.add(rax, format.StepBytes);
            Code.cmp(rax, steps * format.StepBytes);
            Code.jb(step);
        }

        if (k % Gemv256Layout.StepElements is > 0 and var rest)
        {
            Step(rest / format.BlockElements);
        }

        Results();
    }

    private void Step(int blocks)
    {
        for (var stream = 0; stream < Streams; stream++)
        {
            var row = __[s_rows[stream] + rax];
            Prefetch(row);
            for (var half = 0; half < Halves; half++)
            {
                format.Scales(this, row, half, blocks, Code0, Code1);
                for (var token = 0; token < tokens; token++)
                {
                    Multiply(half, stream, token);
                }
            }

            for (var pair = 0; pair < Pairs && 64 * pair < blocks * format.BlockElements; pair++)
            {
                format.Codes(this, row, pair, blocks, Code0, Code1);
                if (SignsApart)
                {
                    Code.vpabsb(Magnitude0, Code0);
                    Code.vpabsb(Magnitude1, Code1);
                }

                for (var token = 0; token < tokens; token++)
                {
                    Dots(pair, token);
                }
            }

            for (var token = 0; token < tokens; token++)
            {
                Code.vmovaps(TotalInFrame(stream, token), Total(token));
            }
        }
    }

    /// <summary>The hardware alone reads slower. Past the end of the weights it is harmless.</summary>
    private void Prefetch(in AssemblerMemoryOperand row)
    {
        for (var line = 0; line < format.StepBytes; line += LineBytes)
        {
            Code.prefetcht0(__byte_ptr[row + (PrefetchDistance + line)]);
        }
    }

    /// <summary>Scales of the weights times those of the token; the share of minima or offset in the total.</summary>
    private void Multiply(int half, int stream, int token)
    {
        if (half == 0)
        {
            Code.vmovaps(Total(token), TotalInFrame(stream, token));
        }

        Code.vmulps(Spread, Code0, __ymmword_ptr[Record(token) + (Gemv256Layout.ScalesOffset + (VectorBytes * half))]);
        Code.vmovaps(__ymmword_ptr[Products(token) + (VectorBytes * half)], Spread);
        if (format.SumFactor(Level) != 0)
        {
            var factors = format.MinimumSign != 0 ? Code1 : Code0;
            Code.vfmadd231ps(Total(token), factors, __ymmword_ptr[Record(token) + (_layout.SumsOffset + (VectorBytes * half))]);
        }
    }

    private void Dots(int pair, int token)
    {
        var (first, second) = format.VectorsOf(pair);
        if (!format.SplitsGroups)
        {
            Dot(Dot0, Code0, Magnitude0, Activations(token, first));
            Dot(Dot1, Code1, Magnitude1, Activations(token, second));
            Accumulate(Dot0, first, token);
            Accumulate(Dot1, second, token);
            return;
        }

        // Both vectors' lanes belong to the same two groups.
        if (HasVnni)
        {
            Dot(Dot0, Code0, Magnitude0, Activations(token, first));
            Code.vpdpbusd(Dot0, Code1, Activations(token, second));
        }
        else if (SignsApart)
        {
            Dot(Dot0, Code0, Magnitude0, Activations(token, first));
            Dot(Dot1, Code1, Magnitude1, Activations(token, second));
            Code.vpaddd(Dot0, Dot0, Dot1);
        }
        else
        {
            Code.vpmaddubsw(Dot0, Code0, Activations(token, first));
            Code.vpmaddubsw(Dot1, Code1, Activations(token, second));
            Code.vpaddw(Dot0, Dot0, Dot1);
            Code.vpmaddwd(Dot0, Dot0, _ones);
        }

        Accumulate(Dot0, pair, token);
    }

    /// <summary>Four products to each lane of <paramref name="dot"/>.</summary>
    private void Dot(AssemblerRegisterYMM dot, AssemblerRegisterYMM codes, AssemblerRegisterYMM magnitudes, in AssemblerMemoryOperand activations)
    {
        if (HasVnni)
        {
            Code.vpxor(dot, dot, dot);
            Code.vpdpbusd(dot, codes, activations);
            return;
        }

        if (SignsApart)
        {
            // The codes' signs go over to the activations, which are never −128.
            Code.vmovdqu(dot, activations);
            Code.vpsignb(dot, dot, codes);
            Code.vpmaddubsw(dot, magnitudes, dot);
        }
        else
        {
            Code.vpmaddubsw(dot, codes, activations);
        }

        Code.vpmaddwd(dot, dot, _ones);
    }

    /// <param name="dot">Sums of products.</param>
    /// <param name="place">Which product of scales the lanes belong to; where they belong to two groups, which pair of products.</param>
    /// <param name="token">The token.</param>
    private void Accumulate(AssemblerRegisterYMM dot, int place, int token)
    {
        Code.vcvtdq2ps(dot, dot);
        if (VectorsHaveTwoGroups)
        {
            Code.vbroadcastsd(Spread, __qword_ptr[Products(token) + (2 * sizeof(float) * place)]);
            Code.vpermilps(Spread, Spread, _pairLanes);
        }
        else
        {
            Code.vbroadcastss(Spread, __dword_ptr[Products(token) + (sizeof(float) * place)]);
        }

        Code.vfmadd231ps(Total(token), dot, Spread);
    }

    private static AssemblerRegisterYMM Total(int token) => Ymm(token);

    private AssemblerMemoryOperand TotalInFrame(int stream, int token) => __ymmword_ptr[rsp + (VectorBytes * ((stream * tokens) + token))];

    private AssemblerMemoryOperand Products(int token) => rsp + (ProductsOffset + (token * Halves * VectorBytes));

    private AssemblerMemoryOperand Record(int token) => rdi + (token * _layout.RowBytes);

    private AssemblerMemoryOperand Activations(int token, int vector) => __ymmword_ptr[Record(token) + (VectorBytes * vector)];

    /// <summary>Sums the totals of each token over their lanes, four streams at a time, writes them and goes to the next rows.</summary>
    private void Results()
    {
        for (var token = 0; token < tokens; token++)
        {
            for (var stream = 0; stream < Streams; stream += 4)
            {
                for (var i = 0; i < 4; i++)
                {
                    Code.vmovaps(Ymm(i), TotalInFrame(stream + i, token));
                }

                Code.vhaddps(ymm0, ymm0, ymm1);
                Code.vhaddps(ymm2, ymm2, ymm3);
                Code.vhaddps(ymm0, ymm0, ymm2);
                Code.vextractf128(xmm1, ymm0, 1);
                Code.vaddps(xmm0, xmm0, xmm1);
                Code.vmovaps(__xmmword_ptr[rsp + ResultsOffset], xmm0);
                for (var i = 0; i < 4; i++)
                {
                    WriteResult(stream + i, token, i);
                }
            }
        }

        for (var stream = 0; stream < Streams; stream++)
        {
            Code.add(__qword_ptr[Arguments + (GemvArguments.OutputsOffset + (8 * stream))], sizeof(float));
            Code.add(__qword_ptr[Arguments + (GemvArguments.RowsOffset + (8 * stream))], k / format.BlockElements * format.BlockBytes);
        }
    }

    private void WriteResult(int stream, int token, int place)
    {
        Code.mov(rcx, __[Arguments + (GemvArguments.OutputsOffset + (8 * stream))]);
        Code.mov(edx, __dword_ptr[rsp + (ResultsOffset + (place * sizeof(float)))]);
        for (var before = 0; before < token; before++)
        {
            Code.add(rcx, __[Arguments + GemvArguments.OutputStrideOffset]);
        }

        Code.mov(__dword_ptr[rcx], edx);
    }
}

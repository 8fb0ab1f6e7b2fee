using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>Rows times one, two or four tokens with 256-bit vectors, the weights read once, in the file's own layout. What a step does, subclasses write.</summary>
/// <remarks>
/// <code>
/// for each row of the streams (one row of each stream in lockstep: one core reads eight streams far faster than one)
///     total[stream][token] = 0
///     for each step of 256 values, for each stream
///         total[token] += the step's weights · the token's activations       subclass
///     output = horizontal sums of the totals
/// </code>
/// Registers: ymm0-3 the stream's totals or a step's share of them, ymm4-5 codes, or scales and minima, ymm6-7 dots, ymm8-10 scratch and the format's own, ymm11-15
/// constants. The totals of all streams are in the frame. r8-r15 rows, rax bytes into the row, rdi activations, rcx rdx rsi scratch.
/// </remarks>
internal abstract class Gemv256Emitter : FormatEmitter256
{
    protected const int VectorBytes = 32;
    protected const int Pairs = 4;

    private static readonly RowStreams s_walk = RowStreams.OfProcessor;

    private static readonly AssemblerRegister64[] s_rows = [r8, r9, r10, r11, r12, r13, r14, r15];

    private readonly Gemv256Format _format;
    private readonly Gemv256Layout _layout;
    private readonly int _k;

    /// <param name="format">The format.</param>
    /// <param name="level">AVX2 or AVX-VNNI.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="tokens">Tokens together, 1, 2 or 4.</param>
    protected Gemv256Emitter(Gemv256Format format, X64Level level, int k, int tokens)
        : base(level)
    {
        _format = format;
        _layout = format.CreateLayout(level, k);
        _k = k;
        Tokens = tokens;
    }

    /// <summary>Streams that walk in lockstep with this many tokens: with more tokens the code of eight would not stay in the cache of decoded instructions.</summary>
    public static int StreamsOf(int tokens) => tokens == 1 ? s_walk.Count : Math.Min(s_walk.Count, 4);

    public override string Key => $"gemv256 {_format.Type} k={_k} tokens={Tokens} streams={Streams} ahead={s_walk.PrefetchDistance} {(HasVnni ? "vnni256" : "avx2")}";

    protected int Tokens { get; }

    protected bool HasVnni => Level == X64Level.AvxVnni;

    /// <summary>Where in the frame the step's own values begin.</summary>
    protected int StepFrameOffset => ResultsOffset + VectorBytes;

    /// <summary>Bytes that a step keeps in the frame.</summary>
    protected abstract int StepFrameBytes { get; }

    protected sealed override int FrameBytes => StepFrameOffset + StepFrameBytes;

    protected static AssemblerRegisterYMM Code0 => ymm4;

    protected static AssemblerRegisterYMM Code1 => ymm5;

    protected static AssemblerRegisterYMM Dot0 => ymm6;

    protected static AssemblerRegisterYMM Dot1 => ymm7;

    private int Streams => StreamsOf(Tokens);

    private int ResultsOffset => Streams * Tokens * VectorBytes;

    /// <summary>Loads the constants that steps need beside the format's, at most two.</summary>
    protected abstract void LoadConstants();

    /// <summary>Adds a step of the row at <paramref name="row"/> to the totals of <paramref name="stream"/>, and between its instructions asks for what is <paramref name="ahead"/>.</summary>
    protected abstract void Step(in AssemblerMemoryOperand row, int stream, int blocks, LinesAhead ahead);

    protected static AssemblerRegisterYMM Total(int token) => Ymm(token);

    protected AssemblerMemoryOperand TotalInFrame(int stream, int token) => __ymmword_ptr[rsp + (VectorBytes * ((stream * Tokens) + token))];

    /// <summary>An address in the step's record of a token.</summary>
    protected AssemblerMemoryOperand Record(int token, int offset) => __[rdi + ((token * _layout.RowBytes) + offset)];

    protected AssemblerMemoryOperand Activations(int token, int vector) => __ymmword_ptr[Record(token, VectorBytes * vector)];

    protected override void Body()
    {
        LoadConstants();
        _format.LoadConstants(this);
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
        for (var stream = 0; stream < Streams; stream++)
        {
            for (var token = 0; token < Tokens; token++)
            {
                Code.vmovaps(TotalInFrame(stream, token), ymm0);
            }
        }

        Code.xor(eax, eax);
        var steps = _k / Gemv256Layout.StepElements;
        if (steps > 0)
        {
            var step = Code.CreateLabel();
            Code.Label(ref step);
            Step(_format.BlocksPerStep);
            Code.add(rdi, _layout.RecordBytes);
            Code.add(rax, _format.StepBytes);
            Code.cmp(rax, steps * _format.StepBytes);
            Code.jb(step);
        }

        if (_k % Gemv256Layout.StepElements is > 0 and var rest)
        {
            Step(rest / _format.BlockElements);
        }

        Results();
    }

    private void Step(int blocks)
    {
        for (var stream = 0; stream < Streams; stream++)
        {
            var row = __[s_rows[stream] + rax];
            var ahead = new LinesAhead(Code, row, _format.StepBytes, s_walk.PrefetchDistance);
            Step(row, stream, blocks, ahead);
            ahead.AskForRest();
        }
    }

    /// <summary>Sums the totals of each token over their lanes, four streams at a time, writes them and goes to the next rows.</summary>
    private void Results()
    {
        for (var token = 0; token < Tokens; token++)
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
            Code.add(__qword_ptr[Arguments + (GemvArguments.RowsOffset + (8 * stream))], _k / _format.BlockElements * _format.BlockBytes);
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

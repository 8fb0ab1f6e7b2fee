using Iced.Intel;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>Rows of f32, f16 or bf16 times one, two or four tokens of f32, the weights read once, in the file's own layout. Any row length.</summary>
/// <remarks>
/// <code>
/// for each row of the streams (one row of each stream in lockstep: one core reads eight streams far faster than one)
///     total[stream][token] = 0
///     for each step of 64 values
///         ask for the lines of each stream that are some steps ahead
///         for each vector of 16 values
///             x[token] = the token's values
///             for each stream
///                 w = the row's values in f32                       none, one or two instructions
///                 for each token: total[stream][token] += w · x[token]
///     the same for the vectors behind the last step, and under a mask for the values behind the last vector
///     output = horizontal sums of the totals
/// </code>
/// Registers: zmm0-15 totals, zmm16-19 activations, zmm20 weights, zmm21 scratch of the sums, k1 the values behind the last vector. r8-r15 rows, rax bytes into
/// the row, rdi activations, rsi their stride, rcx three times it, rdx scratch.
/// For one token 64 bytes of bf16 cost 6 vector instructions, 3 cycles, and a core takes about 8 to read them: the arithmetic keeps out of the way.
/// </remarks>
/// <param name="type">Weight type.</param>
/// <param name="k">Values per row.</param>
/// <param name="tokens">Tokens together, 1, 2 or 4.</param>
internal sealed class FloatGemvEmitter(GgmlType type, int k, int tokens) : KernelEmitter
{
    private const int StepElements = 4 * FloatFormat.VectorElements;
    private const int MaxTotals = 16;

    private static readonly RowStreams s_walk = RowStreams.OfProcessor;
    private static readonly AssemblerRegister64[] s_rows = [r8, r9, r10, r11, r12, r13, r14, r15];

    private readonly int _bytes = FloatFormat.Bytes(type);

    /// <summary>Streams that walk in lockstep with this many tokens.</summary>
    public static int StreamsOf(int tokens) => s_walk.With(tokens, MaxTotals);

    public override string Key => $"gemv {type} k={k} tokens={tokens} streams={Streams} ahead={s_walk.PrefetchDistance} avx512";

    /// <summary>The results of a row of every stream: [token][stream].</summary>
    protected override int FrameBytes => MaxTotals * sizeof(float);

    private int Streams => StreamsOf(tokens);

    private static AssemblerRegisterZMM Weights => zmm20;

    protected override void Body()
    {
        if (k % FloatFormat.VectorElements is > 0 and var rest)
        {
            Code.mov(ecx, (1 << rest) - 1);
            Code.kmovw(k1, ecx);
        }

        Code.mov(rsi, __[Arguments + FloatGemvArguments.ActivationStrideOffset]);
        Code.lea(rcx, __[rsi + (rsi * 2)]);
        var row = Code.CreateLabel();
        Code.Label(ref row);
        Row();
        Code.dec(__qword_ptr[Arguments + FloatGemvArguments.RowCountOffset]);
        Code.jne(row);
    }

    private void Row()
    {
        for (var stream = 0; stream < Streams; stream++)
        {
            Code.mov(s_rows[stream], __[Arguments + FloatGemvArguments.RowsOffset + (8 * stream)]);
        }

        Code.mov(rdi, __[Arguments + FloatGemvArguments.ActivationsOffset]);
        for (var total = 0; total < Streams * tokens; total++)
        {
            Code.vxorps(Xmm(total), Xmm(total), Xmm(total));
        }

        Code.xor(eax, eax);
        var whole = k / StepElements * StepElements;
        if (whole > 0)
        {
            var step = Code.CreateLabel();
            Code.Label(ref step);
            Step();
            Code.cmp(rax, whole * _bytes);
            Code.jb(step);
        }

        for (var vector = 0; vector < (k - whole) / FloatFormat.VectorElements; vector++)
        {
            Vector(vector, partial: false);
        }

        if (k % FloatFormat.VectorElements != 0)
        {
            Vector((k - whole) / FloatFormat.VectorElements, partial: true);
        }

        Results();
    }

    private void Step()
    {
        for (var vector = 0; vector < StepElements / FloatFormat.VectorElements; vector++)
        {
            Vector(vector, partial: false);
        }

        Code.add(rax, StepElements * _bytes);
        Code.add(rdi, StepElements * sizeof(float));
    }

    /// <summary>16 values, or those under the mask, of every stream and token.</summary>
    private void Vector(int vector, bool partial)
    {
        for (var token = 0; token < tokens; token++)
        {
            var x = Activations(token);
            Code.vmovups(partial ? x.k1.z : x, __zmmword_ptr[Token(token) + (vector * FloatFormat.VectorElements * sizeof(float))]);
        }

        for (var stream = 0; stream < Streams; stream++)
        {
            var offset = vector * FloatFormat.VectorElements * _bytes;
            var source = __[s_rows[stream] + rax + offset];
            if (offset % LinesAhead.LineBytes == 0)
            {
                // Past the end of the weights it is harmless.
                Code.prefetcht0(__byte_ptr[source + s_walk.PrefetchDistance]);
            }

            if (type == GgmlType.F32 && tokens == 1 && !partial)
            {
                Code.vfmadd231ps(Total(stream, 0), Activations(0), __zmmword_ptr[source]);
                continue;
            }

            FloatFormat.Load(Code, type, partial ? Weights.k1.z : Weights, source);
            for (var token = 0; token < tokens; token++)
            {
                Code.vfmadd231ps(Total(stream, token), Weights, Activations(token));
            }
        }
    }

    private static AssemblerMemoryOperand Token(int token) => token switch
    {
        0 => __[rdi],
        1 => __[rdi + rsi],
        2 => __[rdi + (rsi * 2)],
        3 => __[rdi + rcx],
        _ => throw new ArgumentOutOfRangeException(nameof(token), token, "There are up to four tokens."),
    };

    private static AssemblerRegisterZMM Activations(int token) => Zmm(MaxTotals + token);

    private AssemblerRegisterZMM Total(int stream, int token) => Zmm((stream * tokens) + token);

    /// <summary>Sums the totals of each token over their lanes, four streams at a time, writes them and goes to the next rows.</summary>
    private void Results()
    {
        for (var token = 0; token < tokens; token++)
        {
            for (var stream = 0; stream < Streams; stream += 4)
            {
                var sums = LaneSums.Emit(Code, [.. Enumerable.Range(stream, 4).Select(s => Total(s, token))], scratch: zmm21);
                Code.vmovups(__xmmword_ptr[rsp + Result(stream, token)], sums);
            }
        }

        Code.mov(rdi, __[Arguments + FloatGemvArguments.OutputStrideOffset]);
        for (var stream = 0; stream < Streams; stream++)
        {
            Code.mov(rdx, __[Arguments + FloatGemvArguments.OutputsOffset + (8 * stream)]);
            Code.add(__qword_ptr[Arguments + FloatGemvArguments.OutputsOffset + (8 * stream)], sizeof(float));
            for (var token = 0; token < tokens; token++)
            {
                Code.mov(eax, __dword_ptr[rsp + Result(stream, token)]);
                Code.mov(__dword_ptr[rdx], eax);
                if (token < tokens - 1)
                {
                    Code.add(rdx, rdi);
                }
            }

            Code.add(__qword_ptr[Arguments + FloatGemvArguments.RowsOffset + (8 * stream)], k * _bytes);
        }
    }

    private int Result(int stream, int token) => ((token * Streams) + stream) * sizeof(float);
}

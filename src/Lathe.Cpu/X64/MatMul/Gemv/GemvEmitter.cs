using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>Rows times one, two or four tokens with <c>vpdpbusd zmm</c>, the weights read once, in the file's own layout.</summary>
/// <remarks>
/// <code>
/// ask for the start of each stream
/// for each row of the streams (one row of each stream in lockstep: one core reads some streams faster than one)
///     total[stream][token] = 0
///     for each step of 256 values, for each stream
///         scales = the step's scales and minima in f32                       format
///         for each token: products[token] = scales · the token's scales and sums
///         for each token: total += minima · the token's sums, where they are apart
///         for each half of the step
///             ask for one of the lines that the stream reads some steps later
///             code0, code1 = 64 unsigned codes each                          format
///             for each token
///                 dot = the token's initial value; dot += code · activation  vpdpbusd, four products per lane
///                 total += float(dot) · products, spread to the lanes of their groups
///     output = horizontal sums of the totals
/// </code>
/// Registers: zmm0-15 totals, and behind them what of one token's record fits, zmm16-23 the step's own, zmm24-31 constants, k1 the lanes of minima, k4 k5 the format's own. r8-r15 rows, rax bytes into the row,
/// rdi activations, rcx rdx rsi scratch.
/// Work for 256 four-bit values is about 25 vector instructions at two per cycle, 5 ns at 2.5 GHz, and their 144 bytes take a core about 6 ns to read.
/// </remarks>
/// <param name="format">The format.</param>
/// <param name="k">Values per row; null for the generic form, which takes the length, a multiple of 256, from its arguments.</param>
/// <param name="tokens">Tokens together, 1, 2 or 4; the generic form takes one.</param>
internal sealed class GemvEmitter(GemvFormat format, int? k, int tokens) : FormatEmitter
{
    private const int VectorBytes = 64;
    private const int MaxTotals = 16;

    private static readonly AssemblerRegister64[] s_rows = [r8, r9, r10, r11, r12, r13, r14, r15];

    private readonly GemvLayout _layout = new(format, k ?? GemvLayout.StepElements);
    private readonly List<AssemblerRegisterZMM> _spread = [];

    /// <summary>What of a token's record is in registers while all streams take a step, by its offset. Loads would be the limit otherwise.</summary>
    private readonly Dictionary<int, AssemblerRegisterZMM> _held = [];

    /// <summary>How the rows are walked.</summary>
    public RowStreams Walk { get; init; } = RowStreams.OfProcessor;

    /// <summary>Streams that walk in lockstep with this many tokens.</summary>
    public static int StreamsOf(RowStreams walk, int tokens) => walk.With(tokens, MaxTotals);

    public override string Key => $"gemv {format.Type} k={(k is { } length ? length : "any")} tokens={tokens} streams={Streams} ahead={Walk.PrefetchDistance} vnni512{(HasByteOperations ? " bytes" : "")}";

    /// <summary>The products of several tokens wait in the frame.</summary>
    protected override int FrameBytes => VectorBytes * (tokens + 1);

    private int Streams => StreamsOf(Walk, tokens);

    private long TokenBytes => _layout.RowBytes;

    // Registers of a step.
    private static AssemblerRegisterZMM Code0 => zmm16;

    private static AssemblerRegisterZMM Code1 => zmm17;

    private static AssemblerRegisterZMM Dot0 => zmm18;

    private static AssemblerRegisterZMM Dot1 => zmm19;

    private static AssemblerRegisterZMM Spread => zmm20;

    private static AssemblerRegisterZMM Products => zmm21;

    protected override void Body()
    {
        for (var accumulator = 0; accumulator < _layout.Accumulators; accumulator++)
        {
            _spread.Add(KeepConstant(Constant<int>(SpreadLanes(accumulator))));
        }

        format.LoadConstants(this);
        ChooseHeld();
        if (format.HasMinimaAmongScales)
        {
            // The lanes of the minima.
            Code.mov(ecx, Enumerable.Range(0, 8).Aggregate(0, (mask, group) => mask | (1 << format.MinimumLane(group))));
            Code.kmovw(k1, ecx);
        }

        AskForStarts();
        var row = Code.CreateLabel();
        Code.Label(ref row);
        Row();
        Code.dec(__qword_ptr[Arguments + GemvArguments.RowCountOffset]);
        Code.jne(row);
    }

    private void LoadRows()
    {
        for (var stream = 0; stream < Streams; stream++)
        {
            Code.mov(s_rows[stream], __[Arguments + GemvArguments.RowsOffset + (8 * stream)]);
        }
    }

    /// <summary>Asks for what the first steps of all streams read: no step before them does, and a thread's part of a product may be but 64 KB of each stream.</summary>
    private void AskForStarts()
    {
        LoadRows();
        Code.xor(eax, eax);
        var line = Code.CreateLabel();
        Code.Label(ref line);
        for (var stream = 0; stream < Streams; stream++)
        {
            Code.prefetcht0(__byte_ptr[s_rows[stream] + rax]);
        }

        Code.add(rax, LinesAhead.LineBytes);
        Code.cmp(rax, Walk.PrefetchDistance);
        Code.jb(line);
    }

    /// <summary>The totals of one token leave registers free.</summary>
    private void ChooseHeld()
    {
        if (tokens > 1)
        {
            return;
        }

        int[] offsets =
        [
            .. Enumerable.Range(0, GemvLayout.Vectors).Select(vector => VectorBytes * vector),
            .. Enumerable.Range(0, format.Offset == 0 ? 0 : _layout.Accumulators).Select(InitialOffset),
            _layout.ScalesOffset,
        ];
        foreach (var offset in offsets.Take(MaxTotals - Streams))
        {
            _held[offset] = Zmm(Streams + _held.Count);
        }
    }

    private int InitialOffset(int accumulator) => _layout.InitialOffset + (VectorBytes * accumulator);

    private int[] SpreadLanes(int accumulator)
    {
        var vector = Enumerable.Range(0, GemvLayout.Vectors).First(v => _layout.AccumulatorOf(v) == accumulator);
        var groups = _layout.GroupsOf(vector);
        return [.. Enumerable.Range(0, 16).Select(lane => format.ScaleLane(groups[lane / 4]))];
    }

    private void Row()
    {
        LoadRows();
        Code.mov(rdi, __[Arguments + GemvArguments.ActivationsOffset]);
        for (var total = 0; total < Streams * tokens; total++)
        {
            Code.vxorps(Xmm(total), Xmm(total), Xmm(total));
        }

        Code.xor(eax, eax);
        if (k is null or >= GemvLayout.StepElements)
        {
            var step = Code.CreateLabel();
            Code.Label(ref step);
            Step(format.BlocksPerStep);
            Code.add(rdi, _layout.RecordBytes);
            Code.add(rax, format.StepBytes);
            if (k is { } length)
            {
                Code.cmp(rax, length / GemvLayout.StepElements * format.StepBytes);
            }
            else
            {
                Code.cmp(rax, __[Arguments + GemvArguments.RowBytesOffset]);
            }

            Code.jb(step);
        }

        if (k % GemvLayout.StepElements is > 0 and var rest)
        {
            Step(rest / format.BlockElements);
        }

        Results();
    }

    private void Step(int blocks)
    {
        foreach (var (offset, register) in _held)
        {
            Code.vmovdqa64(register, __zmmword_ptr[rdi + offset]);
        }

        for (var stream = 0; stream < Streams; stream++)
        {
            var row = __[s_rows[stream] + rax];
            var ahead = new LinesAhead(Code, row, format.StepBytes, Walk.PrefetchDistance);
            format.Scales(this, row, blocks, Products);
            ahead.AskForOne();
            Multiply(stream);
            if (format.HasMinimaApart)
            {
                AddMinima(row, stream);
            }

            for (var half = 0; half < 2 && 128 * half < blocks * format.BlockElements; half++)
            {
                ahead.AskForOne();
                format.Codes(this, row, half, blocks, Code0, Code1);
                for (var token = 0; token < tokens; token++)
                {
                    Dots(half, stream, token);
                }

                ahead.AskForOne();
            }

            ahead.AskForRest();
        }
    }

    /// <summary>Scales of the weights times those of the tokens; the minima's share of the totals.</summary>
    private void Multiply(int stream)
    {
        for (var token = 0; token < tokens; token++)
        {
            var products = tokens == 1 ? Products : Spread;
            if (_held.TryGetValue(_layout.ScalesOffset, out var scales))
            {
                Code.vmulps(products, Products, scales);
            }
            else
            {
                Code.vmulps(products, Products, Record(_layout.ScalesOffset, token));
            }

            if (format.HasMinimaAmongScales)
            {
                var total = Total(stream, token);
                Code.vaddps(total.k1, total, products);
            }

            if (tokens > 1)
            {
                Code.vmovaps(__zmmword_ptr[rsp + (VectorBytes * token)], products);
            }
        }
    }

    private void AddMinima(in AssemblerMemoryOperand row, int stream)
    {
        format.Minima(this, row, Code0);
        for (var token = 0; token < tokens; token++)
        {
            Code.vfmadd231ps(Total(stream, token), Code0, Record(_layout.MinimaOffset, token));
        }
    }

    private void Dots(int half, int stream, int token)
    {
        int vector = 2 * half, first = _layout.AccumulatorOf(vector), second = _layout.AccumulatorOf(vector + 1);
        Start(Dot0, first, token);
        Dot(Dot0, Code0, vector, token);
        if (first == second)
        {
            Dot(Dot0, Code1, vector + 1, token);
            Accumulate(Dot0, first, stream, token);
            return;
        }

        Start(Dot1, second, token);
        Dot(Dot1, Code1, vector + 1, token);
        Accumulate(Dot0, first, stream, token);
        Accumulate(Dot1, second, stream, token);
    }

    private void Start(AssemblerRegisterZMM dot, int accumulator, int token)
    {
        if (format.Offset == 0)
        {
            Code.vpxord(dot, dot, dot);
        }
        else if (_held.TryGetValue(InitialOffset(accumulator), out var initial))
        {
            Code.vmovdqa64(dot, initial);
        }
        else
        {
            Code.vmovdqa64(dot, Record(InitialOffset(accumulator), token));
        }
    }

    private void Dot(AssemblerRegisterZMM dot, AssemblerRegisterZMM code, int vector, int token)
    {
        if (_held.TryGetValue(VectorBytes * vector, out var activations))
        {
            Code.vpdpbusd(dot, code, activations);
        }
        else
        {
            Code.vpdpbusd(dot, code, Record(VectorBytes * vector, token));
        }
    }

    private void Accumulate(AssemblerRegisterZMM dot, int accumulator, int stream, int token)
    {
        Code.vcvtdq2ps(dot, dot);
        if (tokens == 1)
        {
            Code.vpermps(Spread, _spread[accumulator], Products);
        }
        else
        {
            Code.vpermps(Spread, _spread[accumulator], __zmmword_ptr[rsp + (VectorBytes * token)]);
        }

        Code.vfmadd231ps(Total(stream, token), dot, Spread);
    }

    /// <summary>A vector of a token's record of the step.</summary>
    private AssemblerMemoryOperand Record(int offset, int token) => __zmmword_ptr[rdi + (token * TokenBytes) + offset];

    private AssemblerRegisterZMM Total(int stream, int token) => Zmm((stream * tokens) + token);

    /// <summary>Sums the totals of each token over their lanes, four streams at a time, writes them and goes to the next rows.</summary>
    private void Results()
    {
        for (var token = 0; token < tokens; token++)
        {
            for (var stream = 0; stream < Streams; stream += 4)
            {
                AssemblerRegisterYMM[] parts = [.. Enumerable.Range(stream, 4).Select(s => Ymm((s * tokens) + token))];
                for (var i = 0; i < parts.Length; i++)
                {
                    Code.vextractf64x4(ymm16, Total(stream + i, token), 1);
                    Code.vaddps(parts[i], parts[i], ymm16);
                }

                Code.vhaddps(parts[0], parts[0], parts[1]);
                Code.vhaddps(parts[2], parts[2], parts[3]);
                Code.vhaddps(parts[0], parts[0], parts[2]);
                var sums = Xmm((stream * tokens) + token);
                var upper = Xmm(((stream + 1) * tokens) + token);
                Code.vextractf128(upper, parts[0], 1);
                Code.vaddps(sums, sums, upper);
                Code.vmovups(__xmmword_ptr[rsp + (((token * Streams) + stream) * sizeof(float))], sums);
            }
        }

        Code.mov(rsi, __[Arguments + GemvArguments.OutputStrideOffset]);
        for (var stream = 0; stream < Streams; stream++)
        {
            Code.mov(rcx, __[Arguments + GemvArguments.OutputsOffset + (8 * stream)]);
            Code.add(__qword_ptr[Arguments + GemvArguments.OutputsOffset + (8 * stream)], sizeof(float));
            for (var token = 0; token < tokens; token++)
            {
                Code.mov(edx, __dword_ptr[rsp + (((token * Streams) + stream) * sizeof(float))]);
                Code.mov(__dword_ptr[rcx], edx);
                if (token < tokens - 1)
                {
                    Code.add(rcx, rsi);
                }
            }

            NextRow(stream);
        }
    }

    private void NextRow(int stream)
    {
        var row = __qword_ptr[Arguments + GemvArguments.RowsOffset + (8 * stream)];
        if (k is { } length)
        {
            Code.add(row, length / format.BlockElements * format.BlockBytes);
            return;
        }

        Code.mov(rcx, __[Arguments + GemvArguments.RowBytesOffset]);
        Code.add(row, rcx);
    }
}

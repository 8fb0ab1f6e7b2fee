using Iced.Intel;
using Lathe.Engine.Inference;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>Online softmax of up to eight query rows over pages of one KV head: each key and value is read and converted once for all rows.</summary>
/// <param name="rows">Query rows, 1 to 8.</param>
/// <param name="capped">True if scores are bounded by a tanh.</param>
/// <param name="windowed">True if rows do not see everything before them.</param>
/// <remarks>
/// Scores are logarithms to base two, because the queries carry that factor.
/// <code>
/// for each page
///     for each two or four keys
///         for each 16 dims, for each row: dot[row][key] += query · key
///         scores = sums of the lanes                                 and fetch the page's values ahead
///     for each row
///         cap scores; those of tokens that the row does not see become −∞
///         rescale = 2^(largest − max); weights = 2^(scores − max); total = total · rescale + weights
///     for each part of the value's dims that fits into registers
///         sums *= rescale
///         for each token: sums[row] += weight[row] · value           and fetch the next page's keys ahead
/// </code>
/// Registers: zmm0-23 dots or sums, zmm24-27 keys or values, zmm28 a query or weight, zmm29 for the loads; in the softmax zmm0-19 at work, zmm20-23 positions of
/// the tokens. r8 keys, r9 values, r10 queries, r11 sums, r12 rows, r13 the list of pages, r14 pages left, r15 position, rdi next keys, rbp tokens of the
/// page; rax rcx rdx rsi scratch. The frame holds scores or weights <c>[row][token]</c> and a rescaling factor per row.
/// Work per token for 6 rows of 128 + 128 dims is 16 conversions and 96 multiplications, 25 ns at their measured throughput, and about 39 ns with the sums across
/// lanes and the softmax; a core reads the 512 bytes in 23 ns. Up to four rows the memory decides.
/// </remarks>
internal sealed class DecodeEmitter(int rows, KvRows keys, KvRows values, bool capped, bool windowed) : SoftmaxEmitter
{
    public const int MaxRows = 8;

    private const int MaxAccumulators = 24;
    private const int MaxVectors = 8;
    private const int Lanes = 16, VectorBytes = 64, LineBytes = 64;
    private const int ScoreRowBytes = KvLayout.PageTokens * sizeof(float);
    private const int ScoreVectors = KvLayout.PageTokens / Lanes;
    private const byte LessOrEqual = 2, NotLess = 5;

    private readonly int _keysPerStep = 4 * rows <= MaxAccumulators ? 4 : 2;

    public override string Key =>
        $"attention rows={rows} {keys.Type} dims={keys.Dim},{values.Dim} cap={capped} window={windowed} avx512";

    protected override int FrameBytes => (rows * ScoreRowBytes) + VectorBytes;

    private static AssemblerRegisterZMM Factor => zmm28;

    private static AssemblerRegisterZMM LoadScratch => zmm29;

    private int RescaleOffset => rows * ScoreRowBytes;

    protected override void Body()
    {
        Code.mov(r10, __[Arguments + DecodeArguments.QueriesOffset]);
        Code.mov(r11, __[Arguments + DecodeArguments.SumsOffset]);
        Code.mov(r12, __[Arguments + DecodeArguments.RowsOffset]);
        Code.lea(r13, __[Arguments + DecodeArguments.PagesOffset]);
        Code.mov(r14, __[Arguments + DecodeArguments.PageCountOffset]);
        Code.mov(r15d, __dword_ptr[Arguments + DecodeArguments.PositionOffset]);
        var page = Code.CreateLabel();
        Code.Label(ref page);
        Code.mov(r8, __[r13]);
        Code.mov(rdi, __[r13 + 8]);
        Code.mov(r9, r8);
        Code.add(r9, __[Arguments + DecodeArguments.ValueDeltaOffset]);
        Code.mov(ebp, __dword_ptr[Arguments + DecodeArguments.EndOffset]);
        Code.sub(ebp, r15d);
        Code.mov(eax, KvLayout.PageTokens);
        Code.cmp(ebp, eax);
        Code.cmovg(ebp, eax);
        Scores();
        Weights();
        Values();
        Code.add(r13, 8);
        Code.add(r15d, KvLayout.PageTokens);
        Code.dec(r14);
        Code.jne(page);
    }

    private AssemblerRegisterZMM Dot(int row, int key) => Zmm((row * _keysPerStep) + key);

    private void Scores()
    {
        Code.mov(rax, rsp);
        Code.mov(rsi, r9);
        Code.lea(ecx, __[rbp + (_keysPerStep - 1)]);
        Code.shr(ecx, _keysPerStep == 4 ? (byte)2 : (byte)1);
        var step = Code.CreateLabel();
        Code.Label(ref step);
        for (var dot = 0; dot < rows * _keysPerStep; dot++)
        {
            Code.vxorps(Xmm(dot), Xmm(dot), Xmm(dot));
        }

        for (var dim = 0; dim < keys.Dim; dim += Lanes)
        {
            for (var key = 0; key < _keysPerStep; key++)
            {
                keys.Load(Code, Zmm(MaxAccumulators + key), __[r8 + (key * keys.RowBytes)], dim, LoadScratch);
            }

            for (var row = 0; row < rows; row++)
            {
                Code.vmovups(Factor, __zmmword_ptr[r10 + (((row * keys.Dim) + dim) * sizeof(float))]);
                for (var key = 0; key < _keysPerStep; key++)
                {
                    Code.vfmadd231ps(Dot(row, key), Factor, Zmm(MaxAccumulators + key));
                }
            }
        }

        Prefetch(rsi, _keysPerStep * values.RowBytes);
        StoreDots();
        Code.add(r8, _keysPerStep * keys.RowBytes);
        Code.add(rsi, _keysPerStep * values.RowBytes);
        Code.add(rax, _keysPerStep * sizeof(float));
        Code.dec(ecx);
        Code.jne(step);
    }

    private void Prefetch(AssemblerRegister64 address, int bytes)
    {
        for (var line = 0; line < bytes; line += LineBytes)
        {
            Code.prefetcht0(__byte_ptr[address + line]);
        }
    }

    /// <summary>Sums dots over their lanes, four at a time, and stores them: four keys of one row or two keys of two.</summary>
    private void StoreDots()
    {
        AssemblerRegisterZMM low = zmm24, high = zmm25;
        for (var first = 0; first < rows * _keysPerStep; first += 4)
        {
            // With an odd number of rows, the last two dots stand beside themselves.
            var second = Math.Min(first + 2, (rows * _keysPerStep) - 2);
            foreach (var pair in (int[])[first, second])
            {
                Code.vunpcklps(low, Zmm(pair), Zmm(pair + 1));
                Code.vunpckhps(high, Zmm(pair), Zmm(pair + 1));
                Code.vaddps(pair == first ? zmm26 : zmm27, low, high);
            }

            var right = second == first ? zmm26 : zmm27;
            Code.vunpcklpd(low, zmm26, right);
            Code.vunpckhpd(high, zmm26, right);
            Code.vaddps(low, low, high);
            Code.vextractf64x4(high.ToYmm(), low, 1);
            Code.vaddps(low.ToYmm(), low.ToYmm(), high.ToYmm());
            Code.vextractf32x4(high.ToXmm(), low.ToYmm(), 1);
            Code.vaddps(low.ToXmm(), low.ToXmm(), high.ToXmm());
            var row = first / _keysPerStep;
            if (_keysPerStep == 4)
            {
                Code.vmovups(__xmmword_ptr[rax + (row * ScoreRowBytes)], low.ToXmm());
                continue;
            }

            Code.vmovlps(__qword_ptr[rax + (row * ScoreRowBytes)], low.ToXmm());
            if (second != first)
            {
                Code.vmovhps(__qword_ptr[rax + ((row + 1) * ScoreRowBytes)], low.ToXmm());
            }
        }
    }

    private static AssemblerRegisterZMM Token(int vector) => Zmm(20 + vector);

    private void Weights()
    {
        for (var vector = 0; vector < ScoreVectors; vector++)
        {
            Code.vpbroadcastd(Token(vector), r15d);
            Code.vpaddd(Token(vector), Token(vector), Constant<int>([.. Enumerable.Range(vector * Lanes, Lanes)]));
        }

        for (var row = 0; row < rows; row++)
        {
            Weights(row);
        }
    }

    private void Weights(int row)
    {
        AssemblerRegisterZMM largest = zmm8, before = zmm9, total = zmm10, part = zmm11;
        int record = row * DecodeRow.Bytes, scores = row * ScoreRowBytes;
        for (var vector = 0; vector < ScoreVectors; vector++)
        {
            Code.vmovups(Zmm(vector), __zmmword_ptr[rsp + (scores + (vector * VectorBytes))]);
            if (capped)
            {
                Cap(Zmm(vector), Zmm(4 + vector), Zmm(12 + vector), __dword_bcst[Arguments + DecodeArguments.CapOffset]);
            }

            Code.vpcmpd(k1, Token(vector), __dword_bcst[r12 + (record + DecodeRow.PositionOffset)], LessOrEqual);
            if (windowed)
            {
                Code.vpcmpd(k1.k1, Token(vector), __dword_bcst[r12 + (record + DecodeRow.FirstVisibleOffset)], NotLess);
            }

            Code.knotw(k2, k1);
            Code.vmovups(Zmm(vector).k2, Repeated(float.NegativeInfinity));
        }

        Code.vmaxps(largest, zmm0, zmm1);
        Code.vmaxps(part, zmm2, zmm3);
        Code.vmaxps(largest, largest, part);
        Code.vextractf64x4(part.ToYmm(), largest, 1);
        Code.vmaxps(largest.ToYmm(), largest.ToYmm(), part.ToYmm());
        Code.vextractf32x4(part.ToXmm(), largest.ToYmm(), 1);
        Code.vmaxps(largest.ToXmm(), largest.ToXmm(), part.ToXmm());
        Code.vpermilps(part.ToXmm(), largest.ToXmm(), 0x4E);
        Code.vmaxps(largest.ToXmm(), largest.ToXmm(), part.ToXmm());
        Code.vpermilps(part.ToXmm(), largest.ToXmm(), 0xB1);
        Code.vmaxps(largest.ToXmm(), largest.ToXmm(), part.ToXmm());
        Code.vbroadcastss(largest, largest.ToXmm());
        Code.vbroadcastss(before, __dword_ptr[r12 + (record + DecodeRow.LargestOffset)]);
        Code.vmaxps(largest, largest, before);
        Code.vmovss(__dword_ptr[r12 + (record + DecodeRow.LargestOffset)], largest.ToXmm());
        Code.vsubps(before, before, largest);
        Power(before, zmm12, zmm13);
        Code.vmovss(__dword_ptr[rsp + (RescaleOffset + (row * sizeof(float)))], before.ToXmm());
        Code.vmulps(total, before, __zmmword_ptr[r12 + (record + DecodeRow.TotalOffset)]);
        for (var vector = 0; vector < ScoreVectors; vector++)
        {
            Code.vsubps(Zmm(vector), Zmm(vector), largest);
            Power(Zmm(vector), Zmm(4 + vector), Zmm(12 + vector));
            Code.vaddps(total, total, Zmm(vector));
            Code.vmovups(__zmmword_ptr[rsp + (scores + (vector * VectorBytes))], Zmm(vector));
        }

        Code.vmovups(__zmmword_ptr[r12 + (record + DecodeRow.TotalOffset)], total);
    }

    private void Values()
    {
        var vectors = values.Dim / Lanes;
        var most = Math.Min(MaxVectors, MaxAccumulators / rows);
        var passes = (vectors + most - 1) / most;
        var first = 0;
        for (var pass = 0; pass < passes; pass++)
        {
            var end = vectors * (pass + 1) / passes;
            Values(first, end - first, keys.RowBytes * pass / passes, keys.RowBytes * (pass + 1) / passes);
            first = end;
        }
    }

    /// <summary>Adds some vectors of every weighted value to the sums.</summary>
    /// <param name="fetchStart">Start of the bytes of each of the next page's keys that this pass fetches.</param>
    private void Values(int first, int vectors, int fetchStart, int fetchEnd)
    {
        for (var row = 0; row < rows; row++)
        {
            Code.vbroadcastss(Factor, __dword_ptr[rsp + (RescaleOffset + (row * sizeof(float)))]);
            for (var vector = 0; vector < vectors; vector++)
            {
                Code.vmulps(Sum(row, vector), Factor, SumAt(row, first + vector));
            }
        }

        Code.mov(rax, rsp);
        Code.mov(rsi, r9);
        Code.mov(rdx, rdi);
        Code.mov(ecx, ebp);
        var token = Code.CreateLabel();
        Code.Label(ref token);
        for (var vector = 0; vector < vectors; vector += 4)
        {
            for (var i = vector; i < Math.Min(vector + 4, vectors); i++)
            {
                values.Load(Code, Zmm(MaxAccumulators + (i % 4)), __[rsi], (first + i) * Lanes, LoadScratch);
            }

            for (var row = 0; row < rows; row++)
            {
                Code.vbroadcastss(Factor, __dword_ptr[rax + (row * ScoreRowBytes)]);
                for (var i = vector; i < Math.Min(vector + 4, vectors); i++)
                {
                    Code.vfmadd231ps(Sum(row, i), Factor, Zmm(MaxAccumulators + (i % 4)));
                }
            }
        }

        for (var line = fetchStart; line < fetchEnd; line += LineBytes)
        {
            Code.prefetcht0(__byte_ptr[rdx + line]);
        }

        Code.add(rax, sizeof(float));
        Code.add(rsi, values.RowBytes);
        Code.add(rdx, keys.RowBytes);
        Code.dec(ecx);
        Code.jne(token);
        for (var row = 0; row < rows; row++)
        {
            for (var vector = 0; vector < vectors; vector++)
            {
                Code.vmovups(SumAt(row, first + vector), Sum(row, vector));
            }
        }

        AssemblerRegisterZMM Sum(int row, int vector) => Zmm((row * vectors) + vector);
    }

    private AssemblerMemoryOperand SumAt(int row, int vector) => __zmmword_ptr[r11 + (((row * values.Dim) + (vector * Lanes)) * sizeof(float))];
}

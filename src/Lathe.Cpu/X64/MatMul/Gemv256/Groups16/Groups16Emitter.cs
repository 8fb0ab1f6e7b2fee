using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Groups16;

/// <summary>The steps of formats with an integer scale per 16 values: the scales are multiplied in as integers, for two vectors at a time.</summary>
/// <remarks>
/// <code>
/// scales, minima = the block's as 16-bit integers                            format
/// factor, factor of the minima                                               format
/// for each token: share = float(Σ scales · Σcodes of the groups) · the token's scales, for an offset; or
///                 total += float(Σ minima · Σcodes of the groups) · the token's scales · factor of the minima
/// for each 64 values
///     code0, code1 = 32 codes each                                           format
///     spread = the scales of their four groups, each to four words
///     for each token: dot = code0 · activation, code1 · activation, four products to each word
///                     share += float(dot · spread, two words to a lane) · the token's scales
/// for each token: total += share · factor
/// </code>
/// Two sums of four products make 16 words: <c>vpackssdw</c> of two <c>vpdpbusd</c>, or <c>vphaddw</c> of two <c>vpmaddubsw</c>. So conversion, scaling and
/// adding are done once for 64 values.
/// </remarks>
internal sealed class Groups16Emitter(Groups16Format format, X64Level level, int k, int tokens) : Gemv256Emitter(format, level, k, tokens)
{
    /// <summary>The block's scales.</summary>
    protected override int StepFrameBytes => VectorBytes;

    private static AssemblerRegisterYMM Scratch => Temporary0;

    private static AssemblerRegisterYMM MinimumFactor => Temporary1;

    /// <summary>In place of the minimum's factor, once that has done its work.</summary>
    private static AssemblerRegisterYMM Spread => Temporary1;

    private static AssemblerRegisterYMM Factor => Temporary2;

    protected override void LoadConstants()
    {
    }

    protected override void Step(in AssemblerMemoryOperand row, int stream, int blocks, LinesAhead ahead)
    {
        format.Scales(this, row, Code0, Code1);
        Code.vmovdqa(__ymmword_ptr[rsp + StepFrameOffset], Code0);
        format.Factors(this, row, Factor, MinimumFactor);
        for (var token = 0; token < Tokens; token++)
        {
            AddSums(stream, token);
        }

        for (var pair = 0; pair < Pairs; pair++)
        {
            ahead.AskForOne();
            format.Codes(this, row, pair, blocks, Code0, Code1);
            SpreadScales(pair);
            for (var token = 0; token < Tokens; token++)
            {
                Dots(pair, token);
            }
        }

        for (var token = 0; token < Tokens; token++)
        {
            Code.vfmadd213ps(Total(token), Factor, TotalInFrame(stream, token));
            Code.vmovaps(TotalInFrame(stream, token), Total(token));
        }
    }

    /// <summary>Both groups of 16 values share the token's scale, so that their sums are added as integers.</summary>
    private void AddSums(int stream, int token)
    {
        Code.vpmaddwd(Scratch, format.MinimumSign != 0 ? Code1 : Code0, __ymmword_ptr[Record(token, Groups16Layout.SumsOffset)]);
        Code.vcvtdq2ps(Scratch, Scratch);
        var scales = __ymmword_ptr[Record(token, Groups16Layout.SumScalesOffset)];
        if (format.MinimumSign == 0)
        {
            Code.vmulps(Total(token), Scratch, scales);
            return;
        }

        Code.vmulps(Scratch, Scratch, scales);
        Code.vfmadd213ps(Scratch, MinimumFactor, TotalInFrame(stream, token));
        Code.vmovaps(TotalInFrame(stream, token), Scratch);
    }

    /// <summary>Four words of each group: the lower halves of both vectors, then the upper ones.</summary>
    private void SpreadScales(int pair)
    {
        var (first, second) = format.VectorsOf(pair);
        int[] groups = [2 * first, 2 * second, (2 * first) + 1, (2 * second) + 1];
        var half = groups[0] / 8;
        byte[] places = [.. groups.SelectMany(group => Enumerable.Range(0, 8).Select(i => (byte)((2 * (group - (8 * half))) + (i % 2))))];
        Code.vbroadcasti128(Spread, __xmmword_ptr[rsp + (StepFrameOffset + (half * 16))]);
        Code.vpshufb(Spread, Spread, Constant<byte>(places));
    }

    private void Dots(int pair, int token)
    {
        var (first, second) = format.VectorsOf(pair);
        if (HasVnni)
        {
            Code.vpxor(Dot0, Dot0, Dot0);
            Code.vpxor(Dot1, Dot1, Dot1);
            Code.vpdpbusd(Dot0, Code0, Activations(token, first));
            Code.vpdpbusd(Dot1, Code1, Activations(token, second));
            Code.vpackssdw(Dot0, Dot0, Dot1);
        }
        else
        {
            Code.vpmaddubsw(Dot0, Code0, Activations(token, first));
            Code.vpmaddubsw(Dot1, Code1, Activations(token, second));
            Code.vphaddw(Dot0, Dot0, Dot1);
        }

        Code.vpmaddwd(Dot0, Dot0, Spread);
        Code.vbroadcastf128(Scratch, __xmmword_ptr[Record(token, Groups16Layout.ScalesOffset + (pair * Groups16Layout.PairBytes))]);
        Code.vcvtdq2ps(Dot0, Dot0);
        if (pair == 0 && format.MinimumSign != 0)
        {
            Code.vmulps(Total(token), Dot0, Scratch);
        }
        else
        {
            Code.vfmadd231ps(Total(token), Dot0, Scratch);
        }
    }
}

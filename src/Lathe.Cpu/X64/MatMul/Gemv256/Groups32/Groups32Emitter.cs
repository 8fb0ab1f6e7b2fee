using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Groups32;

/// <summary>The steps of formats with a scale per 32 values.</summary>
/// <remarks>
/// <code>
/// scales, minima = the step's in f32                                         format
/// for each token: products[token] = scales · the token's scales
///                 total += minima · the token's sums, or scales · them for an offset
/// for each 64 values
///     code0, code1 = 32 codes each                                           format
///     for each token: dot = code · activation                                vpdpbusd, or vpmaddubsw and vpmaddwd
///                     total += float(dot) · product, one or two broadcast from memory
/// </code>
/// </remarks>
internal sealed class Groups32Emitter(Groups32Format format, X64Level level, int k, int tokens) : Gemv256Emitter(format, level, k, tokens)
{
    private AssemblerRegisterYMM _pairLanes;
    private AssemblerRegisterYMM _ones;

    protected override int StepFrameBytes => Tokens * VectorBytes;

    private static AssemblerRegisterYMM Product => Temporary0;

    /// <summary>Magnitudes of signed codes, where these are needed.</summary>
    private static AssemblerRegisterYMM Magnitude0 => Temporary1;

    private static AssemblerRegisterYMM Magnitude1 => Temporary2;

    private bool SignsApart => format.Signed && !HasVnni;

    protected override void LoadConstants()
    {
        if (format.SplitsGroups)
        {
            _pairLanes = KeepConstant(Constant(0, 0, 0, 0, 1, 1, 1, 1));
        }

        if (!HasVnni)
        {
            _ones = KeepConstant(InMemoryRepeated<short>(1));
        }
    }

    protected override void Step(in AssemblerMemoryOperand row, int stream, int blocks, LinesAhead ahead)
    {
        format.Scales(this, row, blocks, Code0, Code1);
        for (var token = 0; token < Tokens; token++)
        {
            Multiply(stream, token);
        }

        for (var pair = 0; pair < Pairs && 64 * pair < blocks * format.BlockElements; pair++)
        {
            ahead.AskForOne();
            format.Codes(this, row, pair, blocks, Code0, Code1);
            if (SignsApart)
            {
                Code.vpabsb(Magnitude0, Code0);
                Code.vpabsb(Magnitude1, Code1);
            }

            for (var token = 0; token < Tokens; token++)
            {
                Dots(pair, token);
            }
        }

        for (var token = 0; token < Tokens; token++)
        {
            Code.vmovaps(TotalInFrame(stream, token), Total(token));
        }
    }

    /// <summary>Scales of the weights times those of the token; the share of minima or offset in the total.</summary>
    private void Multiply(int stream, int token)
    {
        Code.vmovaps(Total(token), TotalInFrame(stream, token));
        Code.vmulps(Product, Code0, __ymmword_ptr[Record(token, Groups32Layout.ScalesOffset)]);
        Code.vmovaps(__ymmword_ptr[Products(token, 0)], Product);
        if (format.SumFactor(Level) != 0)
        {
            var factors = format.MinimumSign != 0 ? Code1 : Code0;
            Code.vfmadd231ps(Total(token), factors, __ymmword_ptr[Record(token, Groups32Layout.SumsOffset)]);
        }
    }

    private void Dots(int pair, int token)
    {
        var (first, second) = format.VectorsOf(pair);
        if (!format.SplitsGroups)
        {
            Dot(Dot0, Code0, Magnitude0, Activations(token, first));
            Dot(Dot1, Code1, Magnitude1, Activations(token, second));
            Code.vbroadcastss(Product, __dword_ptr[Products(token, first)]);
            Accumulate(Dot0, token);
            Code.vbroadcastss(Product, __dword_ptr[Products(token, second)]);
            Accumulate(Dot1, token);
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

        Code.vbroadcastsd(Product, __qword_ptr[Products(token, 2 * pair)]);
        Code.vpermilps(Product, Product, _pairLanes);
        Accumulate(Dot0, token);
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

    private void Accumulate(AssemblerRegisterYMM dot, int token)
    {
        Code.vcvtdq2ps(dot, dot);
        Code.vfmadd231ps(Total(token), dot, Product);
    }

    private AssemblerMemoryOperand Products(int token, int group) => __[rsp + (StepFrameOffset + (token * VectorBytes) + (group * sizeof(float)))];
}

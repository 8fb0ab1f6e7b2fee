using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.X64;

/// <summary>Products on tiles of every format that unpacks to them in machine code, against f64 over the scalar dequantiser.</summary>
public sealed class TileUnpackTests
{
    private const int Rows = 37;
    private const int Tokens = 19;

    /// <summary>bf16 on both sides: 2^-9 of each value at most.</summary>
    private const double Bf16 = 2e-5;

    public static TheoryData<GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, int>();
            foreach (var type in GemvFormats.Types)
            {
                foreach (var k in BlockFormat.Get(type).BlockElements == 32 ? (int[])[96, 224, 288] : [256, 2816])
                {
                    cases.Add(type, k);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.AmxBf16, "The processor has no matrix tiles, or the system does not grant them.");
        using var problem = new MatMulCase(WeightCodes.Visit(type, new TileGemmFactory(type, k, Tokens, packsItself: true)), type, k, Rows, Tokens, seed: k);
        problem.AssertClose(problem.Exact, problem.Run(0, Rows, Tokens), 0, Rows, Tokens, Bf16);
    }
}

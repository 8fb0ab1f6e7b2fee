using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>Rows times many tokens in 8 bits: 16 rows by 1024 values are unpacked by the portable code of the format, then all tokens run over them in
/// 256-bit machine code.</summary>
internal sealed unsafe class PanelGemm256<TCodes, TDot> : MatrixKernel
    where TCodes : struct, IWeightCodes
    where TDot : struct, IDotProduct
{
    private const int Rows = PanelScratch.Rows;

    private readonly ActivationLayout _layout;
    private readonly int[] _tokenCounts;
    private readonly Dictionary<(int Tokens, bool Fresh), MachineKernel> _kernels = [];

    /// <param name="level">What the code may use.</param>
    /// <param name="k">Values per row.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public PanelGemm256(X64Level level, int k)
    {
        if (TCodes.Signed && TDot.SignedOffset == 0)
        {
            throw new NotSupportedException("without vpdpbusd the panel gemm multiplies unsigned codes only");
        }

        _layout = new ActivationLayout(k);
        var shape = Shape(_layout.RowBytes);
        _tokenCounts = shape.TokenCounts(level);
        foreach (var tokens in _tokenCounts)
        {
            _kernels[(tokens, true)] = KernelCache.Get(new PanelGemm256Emitter(shape, level, tokens, fresh: true));
            _kernels[(tokens, false)] = KernelCache.Get(new PanelGemm256Emitter(shape, level, tokens, fresh: false));
        }
    }

    /// <summary>What is baked for this format.</summary>
    public static Panel256Shape Shape(int tokenBytes) => new(
        TCodes.GroupElements, TCodes.Signed ? TDot.SignedOffset : TCodes.Offset, TCodes.HasMinima, TCodes.MaxCode, tokenBytes);

    public override string? ActivationForm => "q8";

    public override int ScratchBytes => PanelScratch.Bytes;

    public override int RowMultiple => Rows;

    public override long ActivationBytesPerRow(int k) => ActivationLayout.BytesPerRow(k);

    public override void Pack(float* x, byte* row, int k) => ActivationLayout.Quantize(x, row, k);

    public override void Run(MatMulArguments* arguments)
    {
        var panel = new PanelScratch(arguments->Scratch);
        for (var k = 0; k < arguments->K; k += PanelScratch.ChunkElements)
        {
            var elements = Math.Min(PanelScratch.ChunkElements, arguments->K - k);
            for (var row = arguments->RowStart; row < arguments->RowEnd; row += Rows)
            {
                var rows = Math.Min(Rows, arguments->RowEnd - row);
                PanelUnpacker<TCodes, TDot>.Unpack(arguments->Weights + (row * arguments->RowBytes), arguments->RowBytes, rows, k, elements, panel);
                Multiply(arguments, panel, k, elements, row, rows);
            }
        }
    }

    private void Multiply(MatMulArguments* arguments, PanelScratch panel, int k, int elements, int row, int rows)
    {
        var x = arguments->Activations;
        var group = k / TCodes.GroupElements;
        var call = new PanelGemm256Arguments
        {
            Codes = panel.Codes,
            Scales = panel.Scales,
            Minima = panel.Minima,
            Activations = x + k,
            ActivationScales = (float*)(x + _layout.ScalesOffset) + (k / ActivationLayout.BlockElements),
            NegatedSums = (int*)(x + (TCodes.GroupElements == 16 ? _layout.NegatedSums16Offset : _layout.NegatedSums32Offset)) + group,
            ScaledSums = (float*)(x + (TCodes.GroupElements == 16 ? _layout.ScaledSums16Offset : _layout.ScaledSums32Offset)) + group,
        };
        var token = 0;
        foreach (var tokens in _tokenCounts)
        {
            var repetitions = (arguments->Tokens - token) / tokens;
            if (repetitions == 0)
            {
                continue;
            }

            var kernel = _kernels[(tokens, k == 0)];
            var output = arguments->Output + (token * arguments->OutputStride) + row;
            if (rows == Rows)
            {
                Call(kernel, &call, elements, output, arguments->OutputStride, repetitions);
            }
            else
            {
                // The kernel knows whole panels only.
                for (var repetition = 0; repetition < repetitions; repetition++)
                {
                    Copy(output, arguments->OutputStride, panel.Tile, Rows, tokens, rows);
                    Call(kernel, &call, elements, panel.Tile, Rows, 1);
                    Copy(panel.Tile, Rows, output, arguments->OutputStride, tokens, rows);
                    output += tokens * arguments->OutputStride;
                }
            }

            token += repetitions * tokens;
        }
    }

    private static void Call(MachineKernel kernel, PanelGemm256Arguments* call, int elements, float* output, long stride, int repetitions)
    {
        call->Output = output;
        call->OutputStride = stride * sizeof(float);
        call->Blocks = elements / ActivationLayout.BlockElements;
        call->Repetitions = repetitions;
        kernel.Run(call);
    }

    private static void Copy(float* from, long fromStride, float* to, long toStride, int tokens, int rows)
    {
        for (var token = 0; token < tokens; token++)
        {
            new Span<float>(from + (token * fromStride), rows).CopyTo(new Span<float>(to + (token * toStride), rows));
        }
    }
}

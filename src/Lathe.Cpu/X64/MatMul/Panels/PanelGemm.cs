using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Rows times many tokens in 8 bits: 32 rows by 1024 values are unpacked by the portable code of the format, then all tokens run over them in
/// machine code.</summary>
internal sealed unsafe class PanelGemm<TCodes> : MatrixKernel
    where TCodes : struct, IWeightCodes
{
    private const int Rows = 2 * PanelScratch.Rows;

    private static readonly int[] s_tokenCounts = [PanelGemmEmitter.MaxTokens, 3, 2, 1];

    private readonly ActivationLayout _layout;
    private readonly Dictionary<(int Tokens, bool Fresh), MachineKernel> _kernels = [];

    /// <param name="k">Values per row.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public PanelGemm(int k)
    {
        _layout = new ActivationLayout(k);
        var shape = new PanelGemmShape(
            TCodes.GroupElements, TCodes.Signed ? AvxVnniDot.SignedOffset : TCodes.Offset, TCodes.HasMinima, _layout.RowBytes);
        foreach (var tokens in s_tokenCounts)
        {
            _kernels[(tokens, true)] = KernelCache.Get(new PanelGemmEmitter(shape, tokens, fresh: true));
            _kernels[(tokens, false)] = KernelCache.Get(new PanelGemmEmitter(shape, tokens, fresh: false));
        }
    }

    public override string? ActivationForm => "q8";

    public override int ScratchBytes => 2 * PanelScratch.Bytes;

    public override int RowMultiple => Rows;

    public override long ActivationBytesPerRow(int k) => ActivationLayout.BytesPerRow(k);

    public override void Pack(float* x, byte* row, int k) => ActivationLayout.Quantize(x, row, k);

    public override void Run(MatMulArguments* arguments)
    {
        for (var k = 0; k < arguments->K; k += PanelScratch.ChunkElements)
        {
            var elements = Math.Min(PanelScratch.ChunkElements, arguments->K - k);
            for (var row = arguments->RowStart; row < arguments->RowEnd; row += Rows)
            {
                var rows = Math.Min(Rows, arguments->RowEnd - row);
                for (var first = 0; first < rows; first += PanelScratch.Rows)
                {
                    PanelUnpacker<TCodes, AvxVnniDot>.Unpack(
                        arguments->Weights + ((row + first) * arguments->RowBytes), arguments->RowBytes, Math.Min(PanelScratch.Rows, rows - first), k, elements,
                        new PanelScratch(arguments->Scratch + (first / PanelScratch.Rows * PanelScratch.Bytes)));
                }

                Multiply(arguments, k, elements, row, rows);
            }
        }
    }

    private void Multiply(MatMulArguments* arguments, int k, int elements, int row, int rows)
    {
        var panel = new PanelScratch(arguments->Scratch);
        var x = arguments->Activations;
        var group = k / TCodes.GroupElements;
        var call = new PanelGemmArguments
        {
            Codes = panel.Codes,
            Scales = panel.Scales,
            Minima = panel.Minima,
            Activations = x + k,
            ActivationScales = (float*)(x + _layout.ScalesOffset) + (k / ActivationLayout.BlockElements),
            NegatedSums = (int*)(x + (TCodes.GroupElements == 16 ? _layout.NegatedSums16Offset : _layout.NegatedSums32Offset)) + group,
            ScaledSums = (float*)(x + (TCodes.GroupElements == 16 ? _layout.ScaledSums16Offset : _layout.ScaledSums32Offset)) + group,
            Output = arguments->Output + row,
            OutputStride = arguments->OutputStride * sizeof(float),
            Blocks = elements / ActivationLayout.BlockElements,
            RowMask = rows == Rows ? uint.MaxValue : (1UL << rows) - 1,
        };
        var left = arguments->Tokens;
        foreach (var tokens in s_tokenCounts)
        {
            var repetitions = left / tokens;
            if (repetitions > 0)
            {
                call.Repetitions = repetitions;
                _kernels[(tokens, k == 0)].Run(&call);
                call.Output += (long)repetitions * tokens * arguments->OutputStride;
                left -= repetitions * tokens;
            }
        }
    }
}

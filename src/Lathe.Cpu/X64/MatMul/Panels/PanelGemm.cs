using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Rows times many tokens in 8 bits: 32 rows by 512 values are unpacked, then all tokens run over them in machine code.</summary>
internal sealed unsafe class PanelGemm<TCodes> : MatrixKernel
    where TCodes : struct, IWeightCodes
{
    private const int Rows = PanelLayout.Rows;
    private const int StepElements = ActivationLayout.StepElements;

    private static readonly int[] s_tokenCounts = [PanelGemmEmitter.MaxTokens, 3, 2, 1];

    private readonly PanelLayout _layout = new(TCodes.GroupElements, TCodes.HasMinima);
    private readonly PanelActivations _activations = new(TCodes.HasMinima ? 32 / TCodes.GroupElements : 1);
    private readonly IPanelUnpacker _unpacker;
    private readonly MachineKernel _finish;
    private readonly MachineKernel _pack;
    private readonly Dictionary<(int Tokens, bool Fresh), MachineKernel> _kernels = [];

    /// <param name="unpacker">Expands the weights.</param>
    /// <param name="k">Values per row.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public PanelGemm(IPanelUnpacker unpacker, int k)
    {
        _unpacker = unpacker;
        var exact = !TCodes.HasWideScales;
        _finish = KernelCache.Get(new PanelFinishEmitter(_layout, TCodes.Signed ? AvxVnniDot.SignedOffset : TCodes.Offset, exact));
        _pack = KernelCache.Get(new PanelPackEmitter(_activations));
        var shape = new PanelGemmShape(_layout, _activations, exact, _activations.RowBytes(k));
        foreach (var tokens in s_tokenCounts)
        {
            _kernels[(tokens, true)] = KernelCache.Get(new PanelGemmEmitter(shape, tokens, fresh: true));
            _kernels[(tokens, false)] = KernelCache.Get(new PanelGemmEmitter(shape, tokens, fresh: false));
        }
    }

    public override string? ActivationForm => _activations.Name;

    public override int ScratchBytes => PanelScratch.Bytes + _layout.ChunkBytes;

    public override int RowMultiple => Rows;

    public override long ActivationBytesPerRow(int k) => _activations.RowBytes(k);

    public override void Pack(float* x, byte* row, int k)
    {
        var (steps, left) = Math.DivRem(k, StepElements);
        if ((steps > 0 && !TryPack(x, row, steps)) || (left > 0 && !TryPackTail(x + (k - left), row + (steps * (long)_activations.StepBytes), left)))
        {
            _activations.Pack(x, row, k);
        }
    }

    public override void Run(MatMulArguments* arguments)
    {
        for (var k = 0; k < arguments->K; k += PanelLayout.ChunkElements)
        {
            var elements = Math.Min(PanelLayout.ChunkElements, arguments->K - k);
            for (var row = arguments->RowStart; row < arguments->RowEnd; row += Rows)
            {
                var rows = Math.Min(Rows, arguments->RowEnd - row);
                Unpack(arguments, k, elements, row, rows);
                Multiply(arguments, k, elements, row, rows);
            }
        }
    }

    private bool TryPack(float* x, byte* records, int steps)
    {
        var call = new QuantizeArguments { Values = x, Records = records, Steps = steps };
        _pack.Run(&call);
        return call.Unusual == 0;
    }

    /// <summary>The values behind the last whole step, filled up with zeros.</summary>
    private bool TryPackTail(float* x, byte* records, int count)
    {
        var padded = stackalloc float[StepElements];
        new Span<float>(x, count).CopyTo(new Span<float>(padded, count));
        new Span<float>(padded + count, StepElements - count).Clear();
        return TryPack(padded, records, 1);
    }

    private void Unpack(MatMulArguments* arguments, int k, int elements, int row, int rows)
    {
        var scratch = new PanelScratch(arguments->Scratch);
        for (var panel = 0; panel < PanelLayout.Panels; panel++)
        {
            // Where the second panel has no row, the last one of the first stands in.
            var first = Math.Min(panel * PanelLayout.PanelRows, rows - 1);
            _unpacker.Unpack(
                arguments->Weights + ((row + first) * arguments->RowBytes), arguments->RowBytes, Math.Min(PanelLayout.PanelRows, rows - first), k, elements, scratch);
            var call = new PanelFinishArguments
            {
                Codes = scratch.Codes,
                Scales = scratch.Scales,
                Minima = scratch.Minima,
                Target = arguments->Scratch + PanelScratch.Bytes + (panel * PanelLayout.VectorBytes),
                Blocks = elements / PanelLayout.BlockElements,
            };
            _finish.Run(&call);
        }
    }

    private void Multiply(MatMulArguments* arguments, int k, int elements, int row, int rows)
    {
        var call = new PanelGemmArguments
        {
            Weights = arguments->Scratch + PanelScratch.Bytes,
            Activations = arguments->Activations + ((long)k / PanelLayout.BlockElements * _activations.RecordBytes),
            Output = arguments->Output + row,
            OutputStride = arguments->OutputStride * sizeof(float),
            Blocks = elements / PanelLayout.BlockElements,
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

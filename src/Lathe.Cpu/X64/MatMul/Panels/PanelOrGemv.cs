using Lathe.Cpu.MatMul;
using Lathe.Cpu.Memory;
using Lathe.Cpu.X64.MatMul.Gemv;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>The products of experts: with panels where many tokens want one, as the gemv does where few do, which is not worth unpacking its weights for.</summary>
/// <remarks>Some experts are everybody's and many nobody's: of those that a prompt of 512 tokens wants at all, half have fewer than eight. Their weights come from memory, and read once
/// in the file's layout they come faster than they can be unpacked. Activations are packed for the panels, a few rows of them again for the gemv.</remarks>
internal sealed unsafe class PanelOrGemv : MatrixKernel
{
    /// <summary>Up to here the gemv is faster on weights that come from memory.</summary>
    public const int MaxTokens = 5;

    /// <summary>Columns whose results wait together to be put where they belong.</summary>
    private const int Portion = 1024;

    private readonly MatrixKernel _panels;
    private readonly PanelActivations _activations;
    private readonly GemvKernel _gemv;
    private readonly long _rowBytes;

    /// <param name="panels">For many tokens.</param>
    /// <param name="activations">How it reads activations.</param>
    /// <param name="gemv">For up to <see cref="MaxTokens"/>.</param>
    public PanelOrGemv(MatrixKernel panels, PanelActivations activations, GemvKernel gemv)
    {
        _panels = panels;
        _activations = activations;
        _gemv = gemv;
        _rowBytes = AlignedMemory.RoundUp(gemv.Layout.RowBytes);
    }

    public override string? ActivationForm => _panels.ActivationForm;

    public override int ScratchBytes => Math.Max(_panels.ScratchBytes, checked((int)(MaxTokens * (_rowBytes + (Portion * sizeof(float))))));

    public override int RowMultiple => _panels.RowMultiple;

    public override bool TakesScatteredTokens => true;

    public override long ActivationBytesPerRow(int k) => _panels.ActivationBytesPerRow(k);

    public override void Pack(float* x, byte* row, int k) => _panels.Pack(x, row, k);

    public override void Run(MatMulArguments* arguments)
    {
        if (arguments->Tokens > MaxTokens || arguments->BatchInvariant)
        {
            _panels.Run(arguments);
            return;
        }

        for (var token = 0; token < arguments->Tokens; token++)
        {
            _gemv.Layout.Pack(arguments->ActivationRows[token], _activations, arguments->Scratch + (token * _rowBytes));
        }

        var results = (float*)(arguments->Scratch + (MaxTokens * _rowBytes));
        var few = *arguments;
        few.Activations = arguments->Scratch;
        few.ActivationStride = _rowBytes;
        few.OutputStride = Portion;
        for (few.RowStart = arguments->RowStart; few.RowStart < arguments->RowEnd; few.RowStart = few.RowEnd)
        {
            few.RowEnd = Math.Min(few.RowStart + Portion, arguments->RowEnd);
            few.Output = arguments->Tokens == 1 ? arguments->OutputRows[0] : results - few.RowStart;
            _gemv.Run(&few);
            for (var token = 0; arguments->Tokens > 1 && token < arguments->Tokens; token++)
            {
                var columns = few.RowEnd - few.RowStart;
                new ReadOnlySpan<float>(results + (token * Portion), columns).CopyTo(new Span<float>(arguments->OutputRows[token] + few.RowStart, columns));
            }
        }
    }
}

using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Unpacks with the portable code of the format; what the product wants beside the codes is added in machine code.</summary>
internal sealed unsafe class PortablePanelUnpacker<TCodes> : IPanelUnpacker
    where TCodes : struct, IWeightCodes
{
    private readonly MachineKernel _finish = KernelCache.Get(FinishEmitter());

    /// <summary>The machine code of it.</summary>
    public static PanelFinishEmitter FinishEmitter() => new(
        new PanelLayout(TCodes.GroupElements, TCodes.HasMinima), TCodes.Signed ? AvxVnniDot.SignedOffset : TCodes.Offset, !TCodes.HasWideScales);

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, PanelScratch scratch, byte* target)
    {
        PanelUnpacker<TCodes, AvxVnniDot>.Unpack(rows, rowBytes, count, first, elements, scratch);
        var call = new PanelFinishArguments
        {
            Codes = scratch.Codes,
            Scales = scratch.Scales,
            Minima = scratch.Minima,
            Target = target,
            Blocks = elements / PanelLayout.BlockElements,
        };
        _finish.Run(&call);
    }
}

using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Unpacks with the portable code of the format.</summary>
internal sealed unsafe class PortablePanelUnpacker<TCodes> : IPanelUnpacker
    where TCodes : struct, IWeightCodes
{
    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, PanelScratch panel) =>
        PanelUnpacker<TCodes, AvxVnniDot>.Unpack(rows, rowBytes, count, first, elements, panel);
}

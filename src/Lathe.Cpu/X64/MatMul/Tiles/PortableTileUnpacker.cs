using Lathe.Cpu.Simd.MatMul.Codes;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Unpacks through the portable codes of a format.</summary>
internal sealed unsafe class PortableTileUnpacker<TCodes> : ITileUnpacker
    where TCodes : struct, IWeightCodes
{
    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel) =>
        TileUnpacker<TCodes>.Unpack(rows, rowBytes, count, first, elements, panel);
}

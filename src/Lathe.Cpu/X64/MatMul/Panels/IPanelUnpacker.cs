using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Expands 16 rows of weights to one panel of a <see cref="PanelLayout"/>.</summary>
internal unsafe interface IPanelUnpacker
{
    /// <summary>Unpacks <paramref name="elements"/> values from <paramref name="first"/> on, a multiple of 256.</summary>
    /// <param name="rows">First row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="count">Rows that exist, 1 to 16; the last one stands in for those that do not.</param>
    /// <param name="first">First value of each row.</param>
    /// <param name="elements">Values of each row, a multiple of 32.</param>
    /// <param name="scratch">To work in.</param>
    /// <param name="target">The first block, at the panel's first vector.</param>
    void Unpack(byte* rows, long rowBytes, int count, int first, int elements, PanelScratch scratch, byte* target);
}

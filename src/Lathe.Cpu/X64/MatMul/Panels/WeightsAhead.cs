using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Brings the weights that are unpacked next to the second-level cache, a few lines at a time between products: asked for all at once they would block it, and
/// asked for a panel earlier the activations push them out again.</summary>
/// <param name="row">What is wanted of the first row.</param>
/// <param name="rowBytes">Bytes from one row to the next.</param>
/// <param name="rows">Rows; 0 for nothing.</param>
/// <param name="bytes">Bytes of each row.</param>
internal unsafe ref struct WeightsAhead(byte* row, long rowBytes, int rows, long bytes)
{
    private const int LineBytes = 64;

    private byte* _row = row;
    private int _left = rows;

    /// <summary>Asks for the share of one of <paramref name="pieces"/> pieces of work that are left, this one included.</summary>
    public void Fetch(int pieces)
    {
        var rows = (_left + pieces - 1) / pieces;
        for (var i = 0; i < rows; i++)
        {
            for (long line = 0; line < bytes; line += LineBytes)
            {
                Sse.Prefetch1(_row + line);
            }

            Sse.Prefetch1(_row + bytes - 1);
            _row += rowBytes;
        }

        _left -= rows;
    }
}

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Expands rows of weights to tiles of bf16.</summary>
internal unsafe interface ITileUnpacker
{
    /// <summary>Unpacks <paramref name="elements"/> values from <paramref name="first"/> on, a multiple of 256, to [block of 32 rows][step][part][tile][row].</summary>
    /// <param name="rows">First row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="count">Rows.</param>
    /// <param name="first">First value of each row.</param>
    /// <param name="elements">Values of each row, a multiple of 32.</param>
    /// <param name="panel">Where to.</param>
    void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel);
}

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>The configuration of the tile registers: all eight of 16 lines by 64 bytes.</summary>
internal static class TileConfiguration
{
    private const int Tiles = 8;
    private const int LineBytesOffset = 16;
    private const int LinesOffset = 48;

    /// <summary>Byte 0 is the palette, a 16-bit word per tile from 16 on the bytes of its lines, a byte per tile from 48 on their number.</summary>
    public static byte[] Bytes { get; } = Create();

    private static byte[] Create()
    {
        var bytes = new byte[64];
        bytes[0] = 1;
        for (var tile = 0; tile < Tiles; tile++)
        {
            bytes[LineBytesOffset + (2 * tile)] = TileLayout.LineBytes;
            bytes[LinesOffset + tile] = TileLayout.Rows;
        }

        return bytes;
    }
}

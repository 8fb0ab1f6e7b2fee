using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Unpacks in machine code, for the types whose format can write it.</summary>
internal sealed unsafe class EmittedTileUnpacker : ITileUnpacker
{
    private readonly GemvFormat _format;
    private readonly MachineKernel? _whole;
    private readonly MachineKernel? _last;

    /// <param name="type">Weight type.</param>
    /// <param name="k">Values per row.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public EmittedTileUnpacker(GgmlType type, int k)
    {
        _format = GemvFormats.Create(type);
        _whole = k < TileLayout.ChunkElements ? null : KernelCache.Get(Emitter(type, TileLayout.ChunkElements));
        _last = k % TileLayout.ChunkElements == 0 ? null : KernelCache.Get(Emitter(type, k % TileLayout.ChunkElements));
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, int k)
    {
        if (k >= TileLayout.ChunkElements)
        {
            yield return Disassembly.List(Emitter(type, TileLayout.ChunkElements));
        }

        if (k % TileLayout.ChunkElements != 0)
        {
            yield return Disassembly.List(Emitter(type, k % TileLayout.ChunkElements));
        }
    }

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel)
    {
        var kernel = elements == TileLayout.ChunkElements ? _whole : _last;
        var call = new TileUnpackArguments { RowBytes = rowBytes };
        for (var row = 0; row < count; row += TileLayout.BlockRows)
        {
            call.Row = rows + (row * rowBytes) + ((long)(first / _format.BlockElements) * _format.BlockBytes);
            call.Rows = Math.Min(TileLayout.BlockRows, count - row);
            call.Target = panel + ((long)row * TileLayout.Steps(elements) * TileLayout.LineBytes);
            kernel!.Run(&call);
        }
    }

    private static TileUnpackEmitter Emitter(GgmlType type, int elements) => new(GemvFormats.Create(type), elements);
}

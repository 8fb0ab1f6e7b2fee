using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Unpacks in machine code that is the same for rows of all lengths: whole steps of 256 values, as many as its arguments say, and the values behind them.</summary>
internal sealed unsafe class GenericTileUnpacker : ITileUnpacker
{
    private readonly GemvFormat _format;
    private readonly MachineKernel? _whole;
    private readonly MachineKernel? _rest;

    /// <param name="type">Weight type.</param>
    /// <param name="k">Values per row.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public GenericTileUnpacker(GgmlType type, int k)
    {
        _format = GemvFormats.Create(type);
        _whole = k < TileUnpackEmitter.StepElements ? null : KernelCache.Get(Whole(type));
        _rest = k % TileUnpackEmitter.StepElements == 0 ? null : KernelCache.Get(Rest(type, k));
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, int k)
    {
        if (k >= TileUnpackEmitter.StepElements)
        {
            yield return Disassembly.List(Whole(type));
        }

        if (k % TileUnpackEmitter.StepElements != 0)
        {
            yield return Disassembly.List(Rest(type, k));
        }
    }

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel)
    {
        var steps = elements / TileUnpackEmitter.StepElements;
        var call = new TileUnpackArguments { RowBytes = rowBytes, WholeBytes = steps * _format.StepBytes };
        for (var row = 0; row < count; row += TileLayout.BlockRows)
        {
            call.Row = rows + (row * rowBytes) + ((long)(first / _format.BlockElements) * _format.BlockBytes);
            call.Rows = Math.Min(TileLayout.BlockRows, count - row);
            call.Target = panel + ((long)row * TileLayout.Steps(elements) * TileLayout.LineBytes);
            if (steps > 0)
            {
                _whole!.Run(&call);
            }

            if (elements % TileUnpackEmitter.StepElements != 0)
            {
                call.Row += call.WholeBytes;
                call.Target += (long)steps * TileUnpackEmitter.StepTargetBytes;
                _rest!.Run(&call);
            }
        }
    }

    private static TileUnpackEmitter Whole(GgmlType type) => new(GemvFormats.Create(type), elements: null);

    private static TileUnpackEmitter Rest(GgmlType type, int k) => new(GemvFormats.Create(type), k % TileUnpackEmitter.StepElements);
}

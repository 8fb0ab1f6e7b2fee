using System.Runtime.InteropServices;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;

namespace Lathe.Benchmarks.Quantization;

/// <summary>The machine code that expands a type to bf16 for the tile gemm, as the gemm calls it: 32 rows by 512 values at a time, into a panel that stays in the cache.</summary>
internal sealed unsafe class EmittedExpansion : IDisposable
{
    private readonly EmittedTileUnpacker _unpacker;
    private readonly byte* _panel = (byte*)NativeMemory.AlignedAlloc(TileLayout.PanelBytes, 64);

    private EmittedExpansion(GgmlType type) => _unpacker = new EmittedTileUnpacker(type, WeightSample.RowElements);

    /// <summary>Null where the type has no such code or the processor cannot run it.</summary>
    public static EmittedExpansion? TryCreate(GgmlType type) =>
        X64Features.AmxBf16 && GemvFormats.Types.Contains(type) ? new EmittedExpansion(type) : null;

    public void Run(WeightSample sample)
    {
        for (var row = 0; row < WeightSample.Rows; row += TileLayout.BlockRows)
        {
            for (var first = 0; first < WeightSample.RowElements; first += TileLayout.ChunkElements)
            {
                _unpacker.Unpack(sample.Row(row), sample.RowBytes, TileLayout.BlockRows, first, TileLayout.ChunkElements, _panel);
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_panel);
}

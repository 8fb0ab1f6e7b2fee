using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Brings the rows of a value into tiles of bf16, 32 of them at a time.</summary>
internal sealed unsafe class PackTiles(TileKernels kernels, GraphValue value, CpuBuffer from, CpuBuffer to)
    : CpuStep(BufferAccess.Read(from, AccessPattern.Whole), BufferAccess.Write(to, AccessPattern.Whole))
{
    public override void Run(in StepContext context)
    {
        var rows = context.Rows(value.Rows);
        var (start, end) = context.Share((rows + TileLayout.BlockRows - 1) / TileLayout.BlockRows);
        for (var block = start; block < end; block++)
        {
            var row = block * TileLayout.BlockRows;
            kernels.Pack(
                from.FloatRow(context.Thread, row), from.FloatStride, Math.Min(rows - row, TileLayout.BlockRows), value.Width,
                to.Row(context.Thread, 0) + (block * kernels.ActivationBytes(value.Width, TileLayout.BlockRows)));
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>What the kernels read that convert operands to tiles and results back.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileArguments
{
    public const int RowsOffset = 0;
    public const int SourceOffset = RowsOffset + (AttentionTileLayout.PanelRows * 8);
    public const int TargetOffset = SourceOffset + 8;
    public const int VisibleOffset = TargetOffset + 8;
    public const int ScaleOffset = VisibleOffset + 8;

    /// <summary>Addresses of the f32 rows of a panel, of queries or of results.</summary>
    public Pointers Rows;

    /// <summary>Keys, values or sums.</summary>
    public byte* Source;

    /// <summary>Tiles, or the totals that sums are divided by.</summary>
    public byte* Target;

    /// <summary>A bit for each token of a page whose value exists.</summary>
    public ulong Visible;

    /// <summary>Factor of the queries.</summary>
    public float Scale;

    [InlineArray(AttentionTileLayout.PanelRows)]
    internal struct Pointers
    {
        private nint _first;
    }
}

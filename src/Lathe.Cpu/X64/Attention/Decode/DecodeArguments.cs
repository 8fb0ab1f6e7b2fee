using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>What <see cref="DecodeEmitter"/> reads: some query rows of one KV head and a run of pages.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DecodeArguments
{
    /// <summary>Most pages of a run: few enough for the second-level cache, where further query rows find them.</summary>
    public const int MaxPages = 16;

    public const int PagesOffset = 0;
    public const int QueriesOffset = (MaxPages + 1) * 8;
    public const int SumsOffset = QueriesOffset + 8;
    public const int RowsOffset = SumsOffset + 8;
    public const int ValueDeltaOffset = RowsOffset + 8;
    public const int PageCountOffset = ValueDeltaOffset + 8;
    public const int PositionOffset = PageCountOffset + 8;
    public const int EndOffset = PositionOffset + 4;
    public const int CapOffset = EndOffset + 4;

    /// <summary>Where each page's keys of the head start, and one address more to prefetch from.</summary>
    public Addresses Pages;

    /// <summary>Scaled queries, f32 <c>[row][key dim]</c>.</summary>
    public float* Queries;

    /// <summary>Weighted sums of values so far, f32 <c>[row][value dim]</c>.</summary>
    public float* Sums;

    /// <summary>A <see cref="DecodeRow"/> for each row.</summary>
    public DecodeRow* Rows;

    /// <summary>Bytes from the keys of a page to its values.</summary>
    public long ValueDelta;

    /// <summary>Pages, at least one.</summary>
    public long PageCount;

    /// <summary>Position of the first page's first token.</summary>
    public int Position;

    /// <summary>Position behind the last token that any row sees.</summary>
    public int End;

    /// <summary>The factor of capped scores: c · log2(e).</summary>
    public float Cap;

    [InlineArray(MaxPages + 1)]
    internal struct Addresses
    {
        private nint _first;
    }
}

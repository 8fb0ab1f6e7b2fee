using Lathe.Cpu.Execution;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>Cuts the pages that a batch reads into equal shares for the threads. An item is one sequence and one KV head; items lie one after the other, so that
/// a thread reads the end of one, some whole ones and the start of another. The cut depends on lengths and threads alone.</summary>
internal readonly ref struct DecodeDivision(AttentionParameters attention, Batch batch, int threads)
{
    private readonly int _pages = CountPages(attention, batch);

    /// <summary>Items of the batch.</summary>
    public int Items => batch.Slices.Length * attention.KvHeadCount;

    /// <summary>Number of the item's first page in its sequence: where the first of its tokens begins to see.</summary>
    public int FirstPage(int item) => FirstPage(attention, Slice(item));

    /// <summary>Pages that the item reads.</summary>
    public int Pages(int item) => Pages(attention, Slice(item));

    public BatchSlice Slice(int item) => batch.Slices[item / attention.KvHeadCount];

    public int KvHead(int item) => item % attention.KvHeadCount;

    /// <summary>The pages of an item, counted from its first one, that are a thread's: <c>[Start, End)</c>.</summary>
    /// <param name="start">Pages of all items before.</param>
    public (int Start, int End) Share(int item, int start, int thread)
    {
        var (first, end) = Division.Equal(threads).Share(_pages, thread);
        return (Math.Clamp(first - start, 0, Pages(item)), Math.Clamp(end - start, 0, Pages(item)));
    }

    private static int FirstPage(AttentionParameters attention, in BatchSlice slice) => attention.FirstVisible(slice.FirstPosition) / KvLayout.PageTokens;

    private static int Pages(AttentionParameters attention, in BatchSlice slice) =>
        ((slice.FirstPosition + slice.Count - 1) / KvLayout.PageTokens) + 1 - FirstPage(attention, slice);

    private static int CountPages(AttentionParameters attention, Batch batch)
    {
        var pages = 0;
        foreach (var slice in batch.Slices)
        {
            pages += Pages(attention, slice) * attention.KvHeadCount;
        }

        return pages;
    }
}

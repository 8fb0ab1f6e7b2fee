using System.Runtime.InteropServices;
using Lathe.Cpu.Memory;
using Lathe.Engine.Inference;

namespace Lathe.Cpu;

/// <summary>KV pages in native memory. A page is allocated when it is first used and stays at its address.</summary>
public sealed unsafe class CpuKvStorage(KvLayout layout) : KvStorage(layout)
{
    private readonly List<nint> _pages = [];

    /// <summary>Start of a page; its inside is described by <see cref="KvLayout"/>.</summary>
    public byte* Page(int page) => (byte*)CollectionsMarshal.AsSpan(_pages)[page];

    public override void Commit(int page)
    {
        while (_pages.Count <= page)
        {
            _pages.Add((nint)NativeMemory.AlignedAlloc((nuint)Layout.PageBytes, AlignedMemory.Alignment));
        }
    }

    public override void CopyPage(int from, int to, int tokens)
    {
        byte* source = Page(from), target = Page(to);
        for (var layer = 0; layer < Layout.Layers; layer++)
        {
            for (var head = 0; head < Layout.KvHeads; head++)
            {
                var keys = Layout.KeyOffset(layer, head);
                var values = Layout.ValueOffset(layer, head);
                NativeMemory.Copy(source + keys, target + keys, (nuint)(tokens * (long)Layout.KeyBytes));
                NativeMemory.Copy(source + values, target + values, (nuint)(tokens * (long)Layout.ValueBytes));
            }
        }
    }

    public override void Dispose()
    {
        foreach (var page in _pages)
        {
            NativeMemory.AlignedFree((void*)page);
        }

        _pages.Clear();
    }
}

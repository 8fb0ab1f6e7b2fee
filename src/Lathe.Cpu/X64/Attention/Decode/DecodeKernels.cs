using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>The machine code of attention of few rows for one kind of head, by the number of query rows that are worked on together.</summary>
internal sealed class DecodeKernels
{
    private readonly MachineKernel?[] _byRows = new MachineKernel?[DecodeEmitter.MaxRows + 1];

    /// <param name="tokens">Most tokens of a sequence.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public DecodeKernels(AttentionParameters attention, KvElementType type, int tokens)
    {
        foreach (var rows in AllRowsTogether(attention, tokens))
        {
            _byRows[rows] = KernelCache.Get(Emitter(attention, type, rows));
        }
    }

    /// <summary>All machine code for an f16 cache.</summary>
    public static IEnumerable<KernelListing> List(AttentionParameters attention, int tokens) =>
        AllRowsTogether(attention, tokens).Select(rows => Disassembly.List(Emitter(attention, KvElementType.F16, rows)));

    /// <summary>Query rows that are worked on together where there are <paramref name="rows"/>: equal parts of at most eight.</summary>
    public static int RowsTogether(int rows)
    {
        var parts = (rows + DecodeEmitter.MaxRows - 1) / DecodeEmitter.MaxRows;
        return (rows + parts - 1) / parts;
    }

    /// <summary>The kernel for <paramref name="rows"/> rows together.</summary>
    public MachineKernel this[int rows] => _byRows[rows]!;

    private static IEnumerable<int> AllRowsTogether(AttentionParameters attention, int tokens) =>
        Enumerable.Range(1, tokens).Select(count => RowsTogether(count * attention.GroupSize)).Distinct();

    private static DecodeEmitter Emitter(AttentionParameters attention, KvElementType type, int rows) =>
        new(rows, new KvRows(type, attention.HeadDim), new KvRows(type, attention.ValueDim), attention.Softcap is not null, attention.Window is not null);
}

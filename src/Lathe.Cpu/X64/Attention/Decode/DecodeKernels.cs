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
        for (var count = 1; count <= tokens; count++)
        {
            var rows = RowsTogether(count * attention.GroupSize);
            _byRows[rows] ??= KernelCache.Get(new DecodeEmitter(
                rows, new KvRows(type, attention.HeadDim), new KvRows(type, attention.ValueDim), attention.Softcap is not null, attention.Window is not null));
        }
    }

    /// <summary>Query rows that are worked on together where there are <paramref name="rows"/>: equal parts of at most eight.</summary>
    public static int RowsTogether(int rows)
    {
        var parts = (rows + DecodeEmitter.MaxRows - 1) / DecodeEmitter.MaxRows;
        return (rows + parts - 1) / parts;
    }

    /// <summary>The kernel for <paramref name="rows"/> rows together.</summary>
    public MachineKernel this[int rows] => _byRows[rows]!;
}

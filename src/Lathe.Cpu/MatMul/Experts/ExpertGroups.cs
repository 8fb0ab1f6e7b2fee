using Lathe.Cpu.Execution;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>The places of a batch's routing sorted by expert. A place is <c>row · used + place in the row</c>.</summary>
/// <param name="memory"><see cref="Bytes"/> of it.</param>
internal readonly unsafe struct ExpertGroups(int* memory, int experts)
{
    // Where each expert's places end, then the places.
    private readonly int* _ends = memory;
    private readonly int* _places = memory + experts;

    public static long Bytes(int experts, int places) => sizeof(int) * ((long)experts + places);

    /// <summary>Places of one expert, ascending.</summary>
    public ReadOnlySpan<int> Members(int expert)
    {
        var start = expert == 0 ? 0 : _ends[expert - 1];
        return new ReadOnlySpan<int>(_places + start, _ends[expert] - start);
    }

    public void Fill(CpuBuffer routing, int thread, int rows, int used)
    {
        new Span<int>(_ends, experts).Clear();
        for (var row = 0; row < rows; row++)
        {
            var picked = routing.FloatRow(thread, row);
            for (var place = 0; place < used; place++)
            {
                _ends[(int)picked[place]]++;
            }
        }

        for (var expert = 1; expert < experts; expert++)
        {
            _ends[expert] += _ends[expert - 1];
        }

        // From the last place down, each taking the end of what is left of its group: the ends become the starts, then are put back.
        for (var at = (rows * used) - 1; at >= 0; at--)
        {
            var expert = (int)routing.FloatRow(thread, at / used)[at % used];
            _places[--_ends[expert]] = at;
        }

        for (var expert = 0; expert < experts; expert++)
        {
            _ends[expert] = expert == experts - 1 ? rows * used : _ends[expert + 1];
        }
    }
}

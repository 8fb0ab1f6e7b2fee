using System.Numerics;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>Which neighbours merge, into what, and how urgently: an open-addressed map from a pair of symbols.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int NoRank = int.MaxValue;

    private static readonly ulong s_multiplier = (ulong)Random.Shared.NextInt64() | 0x8000_0000_0000_0001;
    private readonly int _shift;
    private Slot[] _slots;

    /// <param name="capacity">The number of pairs that will be added at most.</param>
    public MergeTable(int capacity)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, checked(capacity * 2)));
        _shift = 64 - BitOperations.Log2(size);
        _slots = new Slot[size];
    }

    /// <summary>Adds a pair of symbols (both 0 or more); a pair that is already there keeps its rank.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        ref var slot = ref Probe(Key(left, right));
        if (slot.Key == 0)
        {
            slot = new Slot(Key(left, right), rank, merged);
        }
    }

    /// <summary>The rank of a pair (lower merges first) and what it becomes, or <see cref="NoRank"/>.</summary>
    public int Find(int left, int right, out int merged)
    {
        ref readonly var slot = ref Probe(Key(left, right));
        merged = slot.Merged;
        return slot.Key == 0 ? NoRank : slot.Rank;
    }

    // Zero marks an empty slot; symbols start at 0 and so are stored one higher. A symbol of -1 has a key that is never added.
    private static ulong Key(int left, int right) => (ulong)((uint)left + 1) << 32 | ((uint)right + 1);

    private ref Slot Probe(ulong key)
    {
        var index = (int)(key * s_multiplier >> _shift);
        while (_slots[index].Key != key && _slots[index].Key != 0)
        {
            index = (index + 1) & (_slots.Length - 1);
        }

        return ref _slots[index];
    }

    private readonly record struct Slot(ulong Key, int Rank, int Merged);
}

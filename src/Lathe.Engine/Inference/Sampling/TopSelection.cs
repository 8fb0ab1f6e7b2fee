using System.Numerics;

namespace Lathe.Engine.Inference.Sampling;

/// <summary>The highest logits of a vocabulary in falling order, without sorting the rest. Each is one 64-bit key: the upper half orders like the
/// logit, the lower half is the complement of the token, so that among equal logits the lower token comes first.</summary>
/// <param name="capacity">The most that will be selected.</param>
internal sealed class TopSelection(int capacity)
{
    private readonly ulong[] _keys = new ulong[capacity];

    public static int TokenOf(ulong key) => (int)~(uint)key;

    public static float LogitOf(ulong key)
    {
        var ordered = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((ordered & 0x80000000) != 0 ? ordered & 0x7FFFFFFF : ~ordered);
    }

    /// <summary>Keys of the <paramref name="count"/> highest logits, highest first; fewer if there are fewer that are neither NaN nor negative
    /// infinity. Valid until the next call.</summary>
    public ReadOnlySpan<ulong> Select(ReadOnlySpan<float> logits, int count)
    {
        // A min-heap of the best so far: its root is what a newcomer has to beat, and almost none do.
        var heap = _keys.AsSpan(0, count);
        var held = 0;
        var bar = float.NegativeInfinity;
        var i = 0;
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<float>(logits[i..]), new Vector<float>(bar)))
            {
                for (var lane = i; lane < i + Vector<float>.Count; lane++)
                {
                    Offer(heap, ref held, ref bar, logits[lane], lane);
                }
            }
        }

        for (; i < logits.Length; i++)
        {
            Offer(heap, ref held, ref bar, logits[i], i);
        }

        var selected = heap[..held];
        selected.Sort();
        selected.Reverse();
        return selected;
    }

    private static void Offer(Span<ulong> heap, ref int held, ref float bar, float logit, int token)
    {
        // Tokens come in rising order, so one that only equals the bar has lost to a lower token. NaN fails the comparison.
        if (!(logit > bar))
        {
            return;
        }

        var key = KeyOf(logit, token);
        if (held < heap.Length)
        {
            SiftUp(heap, held++, key);
        }
        else
        {
            SiftDown(heap, key);
        }

        if (held == heap.Length)
        {
            bar = LogitOf(heap[0]);
        }
    }

    private static ulong KeyOf(float logit, int token)
    {
        // Adding zero turns -0 into +0: they are equal as logits and must be equal as keys.
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        var ordered = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)ordered << 32) | ~(uint)token;
    }

    private static void SiftUp(Span<ulong> heap, int at, ulong key)
    {
        while (at > 0 && heap[(at - 1) / 2] > key)
        {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        heap[at] = key;
    }

    /// <summary>Replaces the root.</summary>
    private static void SiftDown(Span<ulong> heap, ulong key)
    {
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= heap.Length)
            {
                break;
            }

            if (child + 1 < heap.Length && heap[child + 1] < heap[child])
            {
                child++;
            }

            if (heap[child] >= key)
            {
                break;
            }

            heap[at] = heap[child];
            at = child;
        }

        heap[at] = key;
    }
}

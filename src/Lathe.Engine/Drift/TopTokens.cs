namespace Lathe.Engine.Drift;

/// <summary>The most probable tokens of one row of logits, best first; among equals the lower id goes first.</summary>
internal static class TopTokens
{
    public static int[] Of(ReadOnlySpan<float> logits, int count)
    {
        // NaN sorts below everything.
        var keys = new float[logits.Length];
        var ids = new int[logits.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            keys[i] = float.IsNaN(logits[i]) ? float.PositiveInfinity : -logits[i];
            ids[i] = i;
        }

        // The sort is not stable: equal keys are put into order behind it.
        Array.Sort(keys, ids);
        var taken = Math.Min(count, ids.Length);
        var end = taken;
        while (end < ids.Length && keys[end] == keys[taken - 1])
        {
            end++;
        }

        for (var start = 0; start < end;)
        {
            var next = start + 1;
            while (next < end && keys[next] == keys[start])
            {
                next++;
            }

            Array.Sort(ids, start, next - start);
            start = next;
        }

        return ids[..taken];
    }
}

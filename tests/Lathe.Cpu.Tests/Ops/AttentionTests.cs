using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Tests.Ops;

public sealed class AttentionTests
{
    private const double Limit = 1e-10;

    public static TheoryData<string> Routes => OpRoutes.Of("attention");

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_head_dimension(string route)
    {
        foreach (var headDim in new[] { 8, 16, 24, 32, 64, 80, 96, 128, 192, 256 })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), KvElementType.F16, threads, (112, 1));
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), KvElementType.F16, threads, (0, 75));
            }
        }

        Check(route, new AttentionParameters(4, 2, 192, 128, 0.05f), KvElementType.F16, 2, (3, 50));
        Check(route, new AttentionParameters(4, 2, 64, 32, 0.05f), KvElementType.F16, 2, (90, 1));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_group_size(string route)
    {
        foreach (var (heads, kvHeads) in new[] { (1, 1), (2, 1), (3, 3), (4, 2), (5, 1), (6, 2), (14, 2), (8, 1), (12, 4), (16, 1), (40, 1) })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                Check(route, new AttentionParameters(heads, kvHeads, 32, 32, 0.2f), KvElementType.F16, threads, (70, 1));
                Check(route, new AttentionParameters(heads, kvHeads, 32, 32, 0.2f), KvElementType.F16, threads, (37, 33));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_element_type(string route)
    {
        foreach (var type in Enum.GetValues<KvElementType>())
        {
            Check(route, new AttentionParameters(4, 2, 64, 64, 0.125f), type, 2, (112, 1));
            Check(route, new AttentionParameters(4, 2, 64, 64, 0.125f), type, 2, (38, 75));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Lengths_around_the_page(string route)
    {
        foreach (var position in new[] { 0, 1, 7, 62, 63, 64, 65, 126, 127, 128, 300 })
        {
            foreach (var count in new[] { 1, 2, 3, 17, 64, 65 })
            {
                Check(route, new AttentionParameters(4, 2, 32, 32, 0.2f), KvElementType.F16, 2, (position, count));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Sequences_of_a_batch_do_not_see_each_other(string route)
    {
        foreach (var threads in OpTest.ThreadCounts)
        {
            Check(route, new AttentionParameters(6, 2, 64, 64, 0.125f), KvElementType.F16, threads, (5, 1), (200, 1), (64, 1));
            Check(route, new AttentionParameters(6, 2, 64, 64, 0.125f), KvElementType.F16, threads, (0, 40), (77, 1), (63, 2), (0, 1), (100, 30));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Large_scores_do_not_overflow(string route)
    {
        foreach (var count in new[] { 1, 40 })
        {
            Check(route, new AttentionParameters(4, 2, 32, 32, 25f), KvElementType.F32, 1, (90, count));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_window_hides_what_lies_before_it(string route)
    {
        foreach (var window in new[] { 1, 2, 5, 16, 63, 64, 65, 128, 1000 })
        {
            foreach (var count in new[] { 1, 3, 40 })
            {
                Check(route, new AttentionParameters(6, 2, 32, 32, 0.2f, window), KvElementType.F16, 2, (0, count), (130, count), (300, count));
            }

            // Head dimensions that only narrow vectors suit, one thread with many rows, and more threads than KV heads.
            Check(route, new AttentionParameters(4, 2, 24, 24, 0.2f, window), KvElementType.F32, 1, (100, 130));
            Check(route, new AttentionParameters(8, 1, 64, 64, 0.1f, window), KvElementType.Q8_0, 3, (200, 1));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_soft_cap_bounds_the_scores(string route)
    {
        foreach (var cap in new[] { 0.3f, 2f, 50f })
        {
            foreach (var (headDim, window) in new (int, int?)[] { (64, null), (24, null), (64, 20) })
            {
                Check(route, new AttentionParameters(4, 2, headDim, headDim, 0.3f, window, cap), KvElementType.F16, 2, (77, 1), (0, 70));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Sinks_take_weight_and_give_no_value(string route)
    {
        foreach (var (shift, threads) in new[] { (-20f, 1), (0f, 3), (4f, 2), (12f, 1) })
        {
            foreach (var (heads, kvHeads, window) in new (int, int, int?)[] { (6, 2, null), (8, 1, 16), (5, 1, 3), (4, 4, 200) })
            {
                var sinks = Values.Vector([.. Numbers.Normal(heads, 9).Select(value => value + shift)]);
                var attention = new AttentionParameters(heads, kvHeads, 32, 32, 0.2f, window, null, sinks);
                Check(route, attention, KvElementType.F16, threads, (150, 1), (3, 1));
                Check(route, attention, KvElementType.F16, threads, (150, 70), (0, 1));
            }
        }
    }

    private static void Check(string route, AttentionParameters attention, KvElementType type, int threads, params (int Position, int Count)[] slices) =>
        AttentionOracle.Check(OpRoutes.Get(route), Limit, attention, type, threads, slices);
}

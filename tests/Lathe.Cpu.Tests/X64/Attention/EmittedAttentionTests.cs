using Lathe.Cpu.Tests.Ops;
using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Cpu.X64.Attention.Prefill;
using Lathe.Cpu.X64.Attention.Prefill.Vectors;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Tests.X64.Attention;

/// <summary>The emitted kernels against f64 on awkward sizes.</summary>
public sealed class EmittedAttentionTests
{
    private const string Decode = "cpu.attention.decode.avx512", Prefill = "cpu.attention.prefill.amx", Vectors = "cpu.attention.prefill.avx512",
        Pairs = "cpu.attention.prefill.avx512bf16";

    private static readonly int[] s_lengths = [1, 63, 64, 65, 113, 1000];

    public static TheoryData<string> Routes => [Decode, Prefill, Vectors, Pairs];

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_head_dimension(string route)
    {
        foreach (var headDim in new[] { 16, 48, 64, 80, 96, 128, 192, 256, 512 })
        {
            foreach (var type in new[] { KvElementType.F16, KvElementType.F32 })
            {
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), type, 2, (112, 1));
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), type, 1, (50, 8));
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), type, 1, (0, 20));
            }
        }

        foreach (var (headDim, valueDim) in new[] { (192, 128), (64, 32), (80, 256), (576, 512) })
        {
            Check(route, new AttentionParameters(4, 2, headDim, valueDim, 0.05f), KvElementType.F16, 2, (90, 3));
            Check(route, new AttentionParameters(4, 2, headDim, valueDim, 0.05f), KvElementType.F16, 2, (3, 50));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_length(string route)
    {
        foreach (var length in s_lengths)
        {
            foreach (var queries in new[] { 1, 2, 8, 16, 17, 75, 129 })
            {
                Check(route, new AttentionParameters(6, 2, 64, 64, 0.125f), KvElementType.F16, 2, (length - 1, queries));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_group_size(string route)
    {
        foreach (var group in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 12, 16 })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                Check(route, new AttentionParameters(2 * group, 2, 32, 32, 0.2f), KvElementType.F16, threads, (170, 1));
                Check(route, new AttentionParameters(2 * group, 2, 128, 128, 0.1f), KvElementType.F16, threads, (70, 7));
                Check(route, new AttentionParameters(2 * group, 2, 32, 32, 0.2f), KvElementType.F16, threads, (37, 33));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_element_type(string route)
    {
        foreach (var type in Enum.GetValues<KvElementType>())
        {
            foreach (var headDim in new[] { 32, 96, 128 })
            {
                Check(route, new AttentionParameters(4, 2, headDim, headDim, 0.1f), type, 2, (112, 1));
                Check(route, new AttentionParameters(4, 2, headDim, headDim, 0.1f), type, 3, (38, 75));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Sequences_of_a_batch_do_not_see_each_other(string route)
    {
        foreach (var threads in (int[])[1, 2, 3, 7])
        {
            Check(route, new AttentionParameters(6, 2, 64, 64, 0.125f), KvElementType.F16, threads, (5, 1), (200, 1), (64, 1), (1000, 1));
            Check(route, new AttentionParameters(6, 1, 64, 64, 0.125f), KvElementType.F16, threads, (0, 40), (77, 1), (63, 2), (0, 1), (300, 30));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Windows_cut_tiles_and_pages(string route)
    {
        foreach (var window in new[] { 1, 2, 5, 16, 31, 32, 33, 63, 64, 65, 128, 1000 })
        {
            foreach (var count in new[] { 1, 3, 40 })
            {
                Check(route, new AttentionParameters(6, 2, 32, 32, 0.2f, window), KvElementType.F16, 2, (0, count), (130, count), (1200, count));
            }

            Check(route, new AttentionParameters(8, 1, 64, 64, 0.1f, window), KvElementType.F32, 3, (200, 130));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_soft_cap_bounds_the_scores(string route)
    {
        foreach (var cap in new[] { 0.3f, 2f, 50f })
        {
            foreach (int? window in new int?[] { null, 20 })
            {
                Check(route, new AttentionParameters(4, 2, 64, 64, 0.3f, window, cap), KvElementType.F16, 2, (77, 1), (0, 70));
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

    /// <summary>Weights far below the largest one neither overflow nor become NaN; with scores this large bf16 says little about their differences.</summary>
    [Theory]
    [MemberData(nameof(Routes))]
    public void Large_scores_do_not_overflow(string route)
    {
        foreach (var count in new[] { 1, 40 })
        {
            Check(route, new AttentionParameters(4, 2, 32, 32, 25f), KvElementType.F32, 1, RoundsToBFloat16(route) ? 0.1 : 1e-9, (90, count));
        }
    }

    /// <summary>Vectors keep f32; prefill on tiles and in pairs rounds queries, keys, values and weights to eight bits.</summary>
    private static bool RoundsToBFloat16(string route) => route is Prefill or Pairs;

    private static void Check(string route, AttentionParameters attention, KvElementType type, int threads, params (int Position, int Count)[] slices) =>
        Check(route, attention, type, threads, RoundsToBFloat16(route) ? 5e-5 : 1e-10, slices);

    private static void Check(
        string route, AttentionParameters attention, KvElementType type, int threads, double limit, params (int Position, int Count)[] slices)
    {
        CpuRoute kernel = route switch
        {
            Prefill => new TilePrefillRoute(),
            Vectors => new VectorPrefillRoute(),
            Pairs => new PairPrefillRoute(),
            _ => new DecodeRoute(),
        };
        Assert.SkipUnless(
            route switch
            {
                Prefill => Cpu.X64.X64Features.AmxBf16,
                Pairs => Cpu.X64.X64Features.Avx512Bf16,
                _ => Cpu.X64.X64Features.Avx512,
            },
            $"{route} needs {kernel.GuardSummary}, which this machine does not have");
        AttentionOracle.Check(kernel, limit, attention, type, threads, slices);
    }
}

using Lathe.Cpu.Execution;

namespace Lathe.Cpu.Tests.Execution;

public sealed class DivisionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 4)]
    [InlineData(16, 5)]
    public void Parts_cover_everything_once_and_do_not_grow(int threads, int rounds)
    {
        var division = Division.Guided(threads, rounds);
        foreach (var count in new[] { 0, 1, 7, threads << rounds, 8960 })
        {
            var next = 0;
            for (var part = 0; part < division.Parts; part++)
            {
                var (start, end) = division.Share(count, part);
                Assert.Equal(next, start);
                Assert.InRange(end, start, count);
                next = end;
            }

            Assert.Equal(count, next);
        }

        int[] sizes = [.. Enumerable.Range(0, division.Parts).Select(part => division.Share(threads << rounds, part)).Select(share => share.End - share.Start)];
        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.Equal(1, sizes[^1]);
        Assert.Equal(1 << (rounds - 1), sizes[0]);
    }

    [Fact]
    public void An_equal_division_has_a_part_for_each_thread()
    {
        var division = Division.Equal(3);
        Assert.Equal(3, division.Parts);
        Assert.Equal((3, 6), division.Share(10, 1));
        Assert.Same(division, Division.Equal(3));
    }
}

using Lathe.Cpu.Execution;

namespace Lathe.Cpu.Tests.Execution;

public sealed class AccessPatternTests
{
    [Theory]
    [InlineData(1536, 16, 2)]
    [InlineData(1536, 128, 3)]
    [InlineData(100, 16, 4)]
    [InlineData(7, 16, 5)]
    public void Shares_cover_every_column_once_in_whole_units(int width, int unit, int threads)
    {
        var next = 0;
        for (var thread = 0; thread < threads; thread++)
        {
            var (start, end) = AccessPattern.ByColumns(width, unit).Columns(Division.Equal(threads), thread);
            Assert.Equal(next, start);
            Assert.True(end == width || end % unit == 0);
            next = end;
        }

        Assert.Equal(width, next);
    }

    [Fact]
    public void Equal_shares_in_different_units_do_not_cross()
    {
        Assert.False(AccessPattern.ByColumns(1536, 16).Crosses(AccessPattern.ByColumns(1536, 768), Division.Equal(2)));
        Assert.True(AccessPattern.ByColumns(1536, 16).Crosses(AccessPattern.ByColumns(1536, 512), Division.Equal(2)));
    }

    [Fact]
    public void Whole_crosses_everything_but_one_thread_crosses_nothing()
    {
        Assert.True(AccessPattern.Whole.Crosses(AccessPattern.ByRows, Division.Equal(2)));
        Assert.True(AccessPattern.ByRows.Crosses(AccessPattern.ByColumns(64, 16), Division.Equal(2)));
        Assert.False(AccessPattern.ByRows.Crosses(AccessPattern.ByRows, Division.Equal(2)));
        Assert.False(AccessPattern.Whole.Crosses(AccessPattern.Whole, Division.Equal(1)));
    }
}

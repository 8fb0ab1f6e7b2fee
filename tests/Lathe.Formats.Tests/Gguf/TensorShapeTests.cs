using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed class TensorShapeTests
{
    [Fact]
    public void Dimensions_beyond_the_rank_are_one()
    {
        var shape = new TensorShape(512, 1536);
        Assert.Equal(2, shape.Rank);
        Assert.Equal([512L, 1536, 1, 1], [shape.D0, shape.D1, shape.D2, shape.D3]);
        Assert.Equal([512L, 1536, 1, 1], [shape[0], shape[1], shape[2], shape[3]]);
        Assert.Equal(512 * 1536, shape.ElementCount);
        Assert.Equal("[512, 1536]", shape.ToString());
        Assert.Equal("[2, 3, 4, 5]", new TensorShape(2, 3, 4, 5).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => shape[4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => shape[-1]);
    }

    [Fact]
    public void The_default_is_a_scalar()
    {
        Assert.Equal(1, default(TensorShape).ElementCount);
        Assert.Equal(default, new TensorShape());
        Assert.Equal("[]", default(TensorShape).ToString());
    }

    [Fact]
    public void Equal_shapes_have_equal_ranks_and_lengths()
    {
        Assert.Equal(new TensorShape(3, 4), new TensorShape(3, 4));
        Assert.NotEqual(new TensorShape(3, 4), new TensorShape(4, 3));
        Assert.NotEqual(new TensorShape(3), new TensorShape(3, 1));
    }

    [Fact]
    public void Impossible_shapes_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorShape(1, 1, 1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorShape(4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorShape(-1));
        Assert.Throws<OverflowException>(() => new TensorShape(1L << 32, 1L << 31).ElementCount);
    }
}

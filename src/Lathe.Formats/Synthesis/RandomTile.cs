using System.Runtime.InteropServices;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Synthesis;

/// <summary>A few megabytes of random blocks of one type, which tensors of any size repeat from different starts.</summary>
internal sealed unsafe class RandomTile
{
    private const int TargetBytes = 4 << 20;
    private const int SampleBlocks = 2048;

    private readonly BlockFormat _format;
    private readonly float[] _factors;

    public RandomTile(BlockFormat format, ulong seed)
    {
        _format = format;
        var random = new SplitMix64(seed ^ ((ulong)format.Type << 32));

        // A prime number of blocks: no row length divides it, so equal rows are as far apart as they can be.
        BlockCount = PrimeBelow(TargetBytes / format.BlockBytes);
        Bytes = new byte[BlockCount * format.BlockBytes];
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(Bytes.AsSpan()))
        {
            word = random.Next();
        }

        BlockScale.MakeLegal(format.Type, Bytes);
        _factors = new float[BlockCount];
        foreach (ref var factor in _factors.AsSpan())
        {
            // Scales within a factor of three of each other; a number type has nothing but its scale.
            var value = random.NextSigned();
            var sign = BlockScale.IsSigned(format.Type) && (random.Next() & 1) != 0 ? -1 : 1;
            factor = BlockScale.IsNumber(format.Type) ? value : sign * (1 + (value / 2));
        }
    }

    private RandomTile(RandomTile source, float deviation)
    {
        (_format, _factors, BlockCount, Bytes) = (source._format, source._factors, source.BlockCount, (byte[])source.Bytes.Clone());
        var scale = 1f;
        for (var round = 0; round < 4; round++)
        {
            // Once is enough where the values are proportional to the scale; rounded exponents take a few rounds.
            SetScales(scale);
            scale *= deviation / Deviation();
        }

        SetScales(scale);
    }

    public int BlockCount { get; }

    public byte[] Bytes { get; }

    public int BlockBytes => _format.BlockBytes;

    /// <summary>The same blocks with scales that give the values this standard deviation.</summary>
    public RandomTile WithDeviation(float deviation) => new(this, deviation);

    private static int PrimeBelow(int limit)
    {
        var candidate = limit;
        while (Enumerable.Range(2, (int)Math.Sqrt(candidate) - 1).Any(divisor => candidate % divisor == 0))
        {
            candidate--;
        }

        return candidate;
    }

    private void SetScales(float scale)
    {
        fixed (byte* bytes = Bytes)
        {
            for (var i = 0; i < BlockCount; i++)
            {
                BlockScale.Set(_format.Type, bytes + ((long)i * _format.BlockBytes), scale * _factors[i]);
            }
        }
    }

    private float Deviation()
    {
        var elements = Math.Min(SampleBlocks, BlockCount) * _format.BlockElements;
        var values = new float[elements];
        fixed (byte* bytes = Bytes)
        fixed (float* target = values)
        {
            _format.Dequantize(bytes, target, elements);
        }

        return (float)Math.Sqrt(values.Sum(value => (double)value * value) / elements);
    }
}

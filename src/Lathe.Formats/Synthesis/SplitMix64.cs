namespace Lathe.Formats.Synthesis;

/// <summary>Steele, Lea and Flood's splitmix64: fast, and the same everywhere.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>In [-1, 1).</summary>
    public float NextSigned() => (int)(Next() >> 32) * (1f / (1u << 31));
}

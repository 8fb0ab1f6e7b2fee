namespace Lathe.Cpu.Execution;

/// <summary>Rows of activations in the arena. A replicated buffer has one copy per thread: each thread computes it for itself, which for a
/// single token costs less than a barrier.</summary>
public sealed unsafe class CpuBuffer(string name, long rowBytes, int rows, bool replicated)
{
    private byte* _base;
    private long _threadStride;

    public string Name { get; } = name;

    /// <summary>Distance between rows, a multiple of 64.</summary>
    public long RowBytes { get; } = rowBytes;

    /// <summary>Rows that fit.</summary>
    public int Rows { get; } = rows;

    /// <summary>True if every thread has a copy of its own.</summary>
    public bool Replicated { get; } = replicated;

    /// <summary>Bytes of one copy.</summary>
    public long CopyBytes => RowBytes * Rows;

    public byte* Row(int thread, int row) => _base + (_threadStride * thread) + (RowBytes * row);

    public float* FloatRow(int thread, int row) => (float*)Row(thread, row);

    /// <summary>Distance between rows in floats.</summary>
    public long FloatStride => RowBytes / sizeof(float);

    /// <param name="address">Where the buffer lies; at least <see cref="CopyBytes"/>, times the threads if it is replicated.</param>
    /// <param name="threadStride">Distance between the copies of a replicated buffer.</param>
    internal void Bind(byte* address, long threadStride)
    {
        _base = address;
        _threadStride = Replicated ? threadStride : 0;
    }
}

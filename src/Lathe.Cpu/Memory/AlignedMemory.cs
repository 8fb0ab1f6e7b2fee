using System.Runtime.InteropServices;

namespace Lathe.Cpu.Memory;

/// <summary>Zeroed native memory that starts on a cache line: 512-bit loads from less aligned memory run at half speed.</summary>
public sealed unsafe class AlignedMemory : IDisposable
{
    public const int Alignment = 64;

    private byte* _pointer;

    public AlignedMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        _pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
        NativeMemory.Clear(_pointer, (nuint)bytes);
    }

    ~AlignedMemory() => Free();

    public long Bytes { get; }

    public byte* Pointer => _pointer;

    public static long RoundUp(long bytes) => (bytes + Alignment - 1) & ~(long)(Alignment - 1);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}

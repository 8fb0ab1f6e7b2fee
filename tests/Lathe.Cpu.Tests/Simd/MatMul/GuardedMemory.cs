using System.Runtime.InteropServices;

namespace Lathe.Cpu.Tests.Simd.MatMul;

/// <summary>Memory that ends where a page without access begins (on Linux; elsewhere plain memory): reading one byte too far is a crash.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageBytes = 65536;
    private const int ProtectNone = 0;
    private const int ProtectReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;

    private readonly byte* _mapping;
    private readonly nuint _mappingBytes;

    public GuardedMemory(long bytes)
    {
        Bytes = bytes;
        _mappingBytes = (nuint)((bytes + PageBytes - 1) / PageBytes * PageBytes) + PageBytes;
        if (!OperatingSystem.IsLinux())
        {
            _mapping = (byte*)NativeMemory.AllocZeroed(_mappingBytes);
            Pointer = _mapping;
            return;
        }

        _mapping = mmap(null, _mappingBytes, ProtectReadWrite, MapPrivateAnonymous, -1, 0);
        byte* guard = _mapping + _mappingBytes - PageBytes;
        Assert.Equal(0, mprotect(guard, PageBytes, ProtectNone));
        Pointer = guard - bytes;
    }

    public byte* Pointer { get; }

    public long Bytes { get; }

    public Span<byte> Span => new(Pointer, checked((int)Bytes));

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = munmap(_mapping, _mappingBytes);
        }
        else
        {
            NativeMemory.Free(_mapping);
        }
    }

    [LibraryImport("libc")]
    private static partial byte* mmap(void* address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc")]
    private static partial int mprotect(void* address, nuint bytes, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint bytes);
}

using System.Runtime.InteropServices;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>A block that ends where an inaccessible page begins, so that reading even one byte past its end kills the test run instead of passing
/// unnoticed. Where the system has no such call the block is an ordinary one.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 1 | 2;
    private const int PrivateAnonymous = 0x02 | 0x20;

    private readonly byte* _pages;
    private readonly nuint _length;

    public GuardedMemory(ReadOnlySpan<byte> content)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint usable = ((nuint)content.Length + page - 1) / page * page;
        _length = usable + page;
        if (OperatingSystem.IsLinux())
        {
            _pages = (byte*)Map(null, _length, ReadWrite, PrivateAnonymous, -1, 0);
            if (_pages == (byte*)-1 || Protect(_pages + usable, page, 0) != 0)
            {
                throw new InvalidOperationException($"No guarded block of {_length} bytes.");
            }
        }
        else
        {
            _pages = (byte*)NativeMemory.Alloc(_length);
        }

        End = _pages + usable;
        Start = End - content.Length;
        content.CopyTo(new Span<byte>(Start, content.Length));
    }

    public byte* Start { get; }

    public byte* End { get; }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_pages, _length);
        }
        else
        {
            NativeMemory.Free(_pages);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}

using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64;

/// <summary>Machine code in pages that are written first and made executable after, never both at once.</summary>
public sealed unsafe partial class ExecutableMemory : IDisposable
{
    private readonly nuint _bytes;
    private void* _pages;

    private ExecutableMemory(void* pages, nuint bytes)
    {
        _pages = pages;
        _bytes = bytes;
    }

    ~ExecutableMemory() => Free();

    /// <summary>Entry of the code.</summary>
    public void* Entry => _pages;

    /// <summary>Places code in executable pages, or returns null where the system refuses them (hardened policies do).</summary>
    public static ExecutableMemory? TryCreate(ReadOnlySpan<byte> code)
    {
        var bytes = ((nuint)code.Length + (nuint)Environment.SystemPageSize - 1) & ~((nuint)Environment.SystemPageSize - 1);
        return OperatingSystem.IsWindows() ? TryCreateWindows(code, bytes) : TryCreateUnix(code, bytes);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static ExecutableMemory? TryCreateUnix(ReadOnlySpan<byte> code, nuint bytes)
    {
        const int ReadWrite = 3, ReadExecute = 5, Private = 2;
        var anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
        var pages = Map(null, bytes, ReadWrite, Private | anonymous, -1, 0);
        if (pages == (void*)-1)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(pages, code.Length));
        if (Protect(pages, bytes, ReadExecute) != 0)
        {
            _ = Unmap(pages, bytes);
            return null;
        }

        return new ExecutableMemory(pages, bytes);
    }

    private static ExecutableMemory? TryCreateWindows(ReadOnlySpan<byte> code, nuint bytes)
    {
        const uint CommitAndReserve = 0x3000, ReadWrite = 0x04, ExecuteRead = 0x20;
        var pages = VirtualAlloc(null, bytes, CommitAndReserve, ReadWrite);
        if (pages == null)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(pages, code.Length));
        uint before;
        if (VirtualProtect(pages, bytes, ExecuteRead, &before) == 0)
        {
            _ = VirtualFree(pages, 0, 0x8000);
            return null;
        }

        return new ExecutableMemory(pages, bytes);
    }

    private void Free()
    {
        if (_pages == null)
        {
            return;
        }

        _ = OperatingSystem.IsWindows() ? VirtualFree(_pages, 0, 0x8000) : Unmap(_pages, _bytes);
        _pages = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("kernel32")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, uint* before);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(void* address, nuint size, uint type);
}

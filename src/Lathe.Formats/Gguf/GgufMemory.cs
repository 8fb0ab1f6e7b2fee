using System.IO.MemoryMappedFiles;

namespace Lathe.Formats.Gguf;

/// <summary>The bytes of one GGUF file: a read-only mapping, or a block that the caller owns. Nothing is read until it is asked for.</summary>
/// <remarks>There is no finaliser on purpose: pointers into the mapping outlive an owner that was dropped without being disposed.</remarks>
internal sealed unsafe class GgufMemory : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;

    /// <summary>A block that stays valid and unchanged as long as this object is used.</summary>
    public GgufMemory(byte* start, long length, string name)
    {
        _start = start;
        Length = length;
        Name = name;
    }

    private GgufMemory(MemoryMappedViewAccessor view, byte* start, long length, string name)
        : this(start, length, name)
    {
        _view = view;
    }

    /// <summary>What error messages call this file.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(_start is null, typeof(GgufFile));
            return _start;
        }
    }

    /// <summary>Maps a file of any size.</summary>
    /// <exception cref="GgufException">The file does not exist, is empty, is a directory or cannot be read.</exception>
    public static GgufMemory Map(string path)
    {
        string name = Path.GetFileName(path);
        if (Directory.Exists(path))
        {
            throw new GgufException($"{path} is a directory, expected a GGUF file.");
        }

        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            long length = RandomAccess.GetLength(handle);
            if (length == 0)
            {
                throw new GgufException($"{path} is empty, expected a GGUF file.");
            }

            using var file = MemoryMappedFile.CreateFromFile(
                handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            return new GgufMemory(view, start + view.PointerOffset, length, name);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GgufException($"{path} does not exist.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new GgufException($"{path} cannot be mapped: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (_start is null)
        {
            return;
        }

        _start = null;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }
}

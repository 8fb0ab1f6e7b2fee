using System.Runtime.InteropServices;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

/// <summary>The recorded blocks of one type and the values that the files' own engine reads from them.</summary>
internal sealed record GoldenBlocks(byte[] Blocks, float[] Values)
{
    public static string Folder { get; } = FindFolder();

    public static string PathOf(BlockFormat format, string extension) => Path.Combine(Folder, format.Name.ToLowerInvariant() + extension);

    public static GoldenBlocks Load(BlockFormat format)
    {
        byte[] blocks = File.ReadAllBytes(PathOf(format, ".blocks"));
        float[] values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(PathOf(format, ".f32"))).ToArray();
        return new GoldenBlocks(blocks, values);
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lathe.slnx")))
            {
                return Path.Combine(folder.FullName, "tests", "data", "golden", "dequant");
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Lathe.slnx.");
    }
}

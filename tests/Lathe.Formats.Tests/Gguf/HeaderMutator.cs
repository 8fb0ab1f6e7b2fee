using System.Buffers.Binary;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>Damages a header in the ways that parsers fall over, decided by a seed alone.</summary>
internal static class HeaderMutator
{
    private static readonly ulong[] s_interesting =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 31, 32, 33, 63, 64, 127, 128, 255, 256, 1 << 14, (1 << 15) - 1, 1 << 15, ushort.MaxValue, 1 << 16,
        1 << 20, 1 << 28, 1 << 30, int.MaxValue, 1ul << 31, uint.MaxValue, 1ul << 32, 1ul << 33, 1ul << 48, 1ul << 61, 1ul << 62,
        long.MaxValue - 31, long.MaxValue - 8, long.MaxValue, 1ul << 63, ulong.MaxValue - 31, ulong.MaxValue - 8, ulong.MaxValue,
    ];

    /// <summary>Applies one to four mutations and returns the length of the file after them.</summary>
    public static long Mutate(FuzzTarget target, Random random)
    {
        long length = target.Length;
        for (int left = random.Next(2) == 0 ? 1 : 1 + random.Next(4); left > 0; left--)
        {
            var header = target.Window;
            int at = PickPosition(target, random);
            // Cuts are rarer than the others: what follows one is never reached.
            switch (random.Next(22) / 3)
            {
                case 0:
                    header[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    header[at] = (byte)random.Next(256);
                    break;
                case 2:
                    WriteInteger(header[at..], s_interesting[random.Next(s_interesting.Length)], random);
                    break;
                case 3:
                    AddToInteger(header[at..], random);
                    break;
                case 4:
                    Splice(header, at, random);
                    break;
                case 5:
                    Shift(header, at, random);
                    break;
                case 6:
                    header.Slice(at, Math.Min(random.Next(1, 32), header.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                default:
                    length = random.Next(4) == 0 ? random.Next(target.HeaderLength + 1) : target.Length - random.Next(4096);
                    break;
            }
        }

        return length;
    }

    /// <summary>Anywhere in the header, but often in the first bytes, where the counts are, or at its end, where the tensor table is.</summary>
    private static int PickPosition(FuzzTarget target, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(256, target.HeaderLength)),
        1 => target.HeaderLength - 1 - random.Next(Math.Min(1024, target.HeaderLength)),
        _ => random.Next(target.HeaderLength),
    };

    private static void WriteInteger(Span<byte> place, ulong value, Random random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        int count = Math.Min(random.Next(3) == 0 ? sizeof(uint) : sizeof(ulong), place.Length);
        bytes[..count].CopyTo(place);
    }

    /// <summary>A small step up or down, which turns a right length, count or offset into one that is almost right.</summary>
    private static void AddToInteger(Span<byte> place, Random random)
    {
        if (place.Length >= sizeof(uint))
        {
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(place);
            BinaryPrimitives.WriteUInt32LittleEndian(place, unchecked(value + (uint)random.Next(-64, 65)));
        }
    }

    /// <summary>Copies a piece of the header over another.</summary>
    private static void Splice(Span<byte> header, int at, Random random)
    {
        int from = random.Next(header.Length);
        int count = Math.Min(random.Next(1, 96), header.Length - Math.Max(at, from));
        header.Slice(from, count).CopyTo(header.Slice(at, count));
    }

    /// <summary>Takes bytes out or puts bytes in, so that everything after moves.</summary>
    private static void Shift(Span<byte> header, int at, Random random)
    {
        int count = Math.Min(random.Next(1, 17), header.Length - at - 1);
        if (random.Next(2) == 0)
        {
            header[(at + count)..].CopyTo(header[at..]);
        }
        else
        {
            header[at..^count].CopyTo(header[(at + count)..]);
        }
    }
}

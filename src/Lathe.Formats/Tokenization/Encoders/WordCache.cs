using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// Remembers the tokens of short pieces, one piece per slot: a newer one takes the place of an older one. For one thread at a time.
/// </summary>
internal sealed class WordCache
{
    private const int SlotBits = 14;
    private const int LongestPiece = 16;
    private readonly Entry[] _entries = new Entry[1 << SlotBits];

    /// <summary>Appends the piece's tokens if they are known.</summary>
    public bool TryAppend(ReadOnlySpan<byte> piece, List<int> output)
    {
        if (piece.Length > LongestPiece)
        {
            return false;
        }

        var (low, high) = Key(piece);
        ref var entry = ref _entries[SlotOf(low, high, piece.Length)];
        if (entry.Low != low || entry.High != high || entry.Length != piece.Length)
        {
            return false;
        }

        for (var i = 0; i < entry.Count; i++)
        {
            output.Add(entry.Tokens[i]);
        }

        return true;
    }

    /// <summary>Remembers the piece if it and its tokens are few enough.</summary>
    public void Store(ReadOnlySpan<byte> piece, ReadOnlySpan<int> tokens)
    {
        if (piece.Length > LongestPiece || tokens.Length > TokenList.Length)
        {
            return;
        }

        var (low, high) = Key(piece);
        ref var entry = ref _entries[SlotOf(low, high, piece.Length)];
        entry.Low = low;
        entry.High = high;
        entry.Length = (byte)piece.Length;
        entry.Count = (byte)tokens.Length;
        tokens.CopyTo(entry.Tokens);
    }

    /// <summary>Together with the length, the key is the whole piece: two reads that may overlap cover every byte.</summary>
    private static (ulong Low, ulong High) Key(ReadOnlySpan<byte> piece) => piece.Length switch
    {
        >= 8 => (BinaryPrimitives.ReadUInt64LittleEndian(piece), BinaryPrimitives.ReadUInt64LittleEndian(piece[^8..])),
        >= 4 => (BinaryPrimitives.ReadUInt32LittleEndian(piece), BinaryPrimitives.ReadUInt32LittleEndian(piece[^4..])),
        > 0 => ((ulong)piece[0] | (ulong)piece[piece.Length / 2] << 8 | (ulong)piece[^1] << 16, 0),
        _ => (0, 0),
    };

    private static int SlotOf(ulong low, ulong high, int length)
    {
        var mixed = (low ^ (ulong)length << 56) * 0x9E37_79B9_7F4A_7C15 ^ high * 0xC2B2_AE3D_27D4_EB4F;
        return (int)((mixed ^ mixed >> 29) * 0x9E37_79B9_7F4A_7C15 >> (64 - SlotBits));
    }

    private struct Entry
    {
        public ulong Low;
        public ulong High;
        public byte Length;
        public byte Count;
        public TokenList Tokens;
    }

    [InlineArray(Length)]
    private struct TokenList
    {
        public const int Length = 4;
        private int _first;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>What is known of a query row beside its sums.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct DecodeRow
{
    public const int Lanes = 16;
    public const int Bytes = 128;
    public const int TotalOffset = 0;
    public const int LargestOffset = Lanes * sizeof(float);
    public const int PositionOffset = LargestOffset + 4;
    public const int FirstVisibleOffset = PositionOffset + 4;

    /// <summary>Sum of the weights, a part in each lane.</summary>
    public Vector Total;

    /// <summary>Largest score so far, to base two.</summary>
    public float Largest;

    /// <summary>Position of the last token that the row sees.</summary>
    public int Position;

    /// <summary>Position of the first token that the row sees.</summary>
    public int FirstVisible;

    [InlineArray(Lanes)]
    internal struct Vector
    {
        private float _first;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles that look up signed levels; eight 6-bit scales above −32.</summary>
internal readonly unsafe struct IQ4_XSCodes : IWeightCodes
{
    public static int BlockElements => IQ4_XS.BlockElements;

    public static int BlockBytes => IQ4_XS.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => true;

    public static int Offset => 0;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Lookup(IQ4_NLCodes.Levels, block + 8 + (part * 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<int> low = CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 4));
        Vector256<int> high = CodeBits.SpreadPairs(CodeBits.Read<ushort>(blocks + 2)) << 4;
        return new() { Scales0 = Vector256.ConvertToSingle((low | high) - Vector256.Create(32)) * HalfLanes.Broadcast(blocks) };
    }
}

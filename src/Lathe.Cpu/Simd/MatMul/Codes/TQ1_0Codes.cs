using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Base-3 digits above −1.</summary>
internal readonly unsafe struct TQ1_0Codes : IWeightCodes
{
    public static int BlockElements => TQ1_0.BlockElements;

    public static int BlockBytes => TQ1_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 2;

    public static int Offset => 1;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        Vector256<byte> shifted = part switch
        {
            < 5 => Vector256.Load(block) * Vector256.Create(Power(part)),
            5 => Both(block + 32) * Vector256.Create(Vector128.Create(Power(0)), Vector128.Create(Power(1))),
            6 => Both(block + 32) * Vector256.Create(Vector128.Create(Power(2)), Vector128.Create(Power(3))),
            _ => Vector256.Create(
                Vector128.Load(block + 32) * Vector128.Create(Power(4)),
                Vector128.Create(CodeBits.Read<uint>(block + 48)).AsByte()
                    * Vector128.Create(0x0101_0101u, 0x0303_0303, 0x0909_0909, 0x1B1B_1B1B).AsByte()),
        };

        // The next digit, 3·x / 256, is 1 from 86 on and 2 from 171 on.
        Vector256<byte> one = Vector256.GreaterThanOrEqual(shifted, Vector256.Create((byte)86)) & Vector256<byte>.One;
        Vector256<byte> two = Vector256.GreaterThanOrEqual(shifted, Vector256.Create((byte)171)) & Vector256<byte>.One;
        return one + two;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Broadcast(blocks + 52) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Both(byte* source) => Vector256.Create(Vector128.Load(source), Vector128.Load(source));

    /// <summary>3ⁿ: what moves n base-3 digits out of a byte over 256, see <see cref="TQ1_0"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Power(int n) => n switch
    {
        0 => 1,
        1 => 3,
        2 => 9,
        3 => 27,
        4 => 81,
        _ => throw new ArgumentOutOfRangeException(nameof(n), n, "A byte holds five base-3 digits."),
    };
}

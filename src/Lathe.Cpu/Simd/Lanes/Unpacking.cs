using System.Runtime.CompilerServices;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.Lanes;

/// <summary>Plain element types to f32 and back in lanes, any number of values at any alignment.</summary>
internal static unsafe class Unpacking<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The kernel that expands values of <paramref name="type"/>, or null if only the type's block format can.</summary>
    public static delegate*<byte*, float*, int, void> Find(GgmlType type) => type switch
    {
        GgmlType.F32 => &ExpandSingle,
        GgmlType.F16 => &ExpandHalf,
        GgmlType.BF16 => &ExpandBFloat16,
        GgmlType.Q8_0 => &ExpandQ8,
        _ => null,
    };

    public static void ExpandSingle(byte* source, float* target, int count) => Unsafe.CopyBlockUnaligned(target, source, (uint)count * sizeof(float));

    public static void ExpandHalf(byte* source, float* target, int count)
    {
        var halves = (ushort*)source;
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.LoadHalf(halves + i), target + i);
        }

        for (; i < count; i++)
        {
            target[i] = HalfBits.ToSingle(halves[i]);
        }
    }

    public static void ExpandBFloat16(byte* source, float* target, int count)
    {
        var values = (ushort*)source;
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.LoadBFloat16(values + i), target + i);
        }

        for (; i < count; i++)
        {
            target[i] = BFloat16Bits.ToSingle(values[i]);
        }
    }

    /// <summary>Blocks of an f16 scale and 32 signed bytes.</summary>
    public static void ExpandQ8(byte* source, float* target, int count)
    {
        for (var block = 0; block < count / Q8_0.BlockElements; block++)
        {
            var start = source + (block * Q8_0.BlockBytes);
            var scale = TLanes.Broadcast(HalfBits.Read(start));
            for (var i = 0; i < Q8_0.BlockElements; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(scale, TLanes.LoadSignedBytes((sbyte*)start + 2 + i)), target + (block * Q8_0.BlockElements) + i);
            }
        }
    }

    /// <summary>Rounds to binary16, to nearest even.</summary>
    public static void PackHalf(float* source, byte* target, int count)
    {
        var halves = (ushort*)target;
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.StoreHalf(TLanes.Load(source + i), halves + i);
        }

        for (; i < count; i++)
        {
            halves[i] = HalfBits.FromSingle(source[i]);
        }
    }
}

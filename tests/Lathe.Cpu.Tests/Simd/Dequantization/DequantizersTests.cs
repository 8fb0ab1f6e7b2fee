using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.Dequantization;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Simd.Dequantization;

/// <summary>The vector kernels that expand weights, at each width, against recorded values and against the formats' scalar form.</summary>
public sealed unsafe class DequantizersTests
{
    public static TheoryData<GgmlType> Types => [.. BlockFormat.All.Select(format => format.Type)];

    /// <summary>F32 needs no recording.</summary>
    public static TheoryData<GgmlType> RecordedTypes => [.. BlockFormat.All.Select(format => format.Type).Where(type => type != GgmlType.F32)];

    [Theory]
    [MemberData(nameof(RecordedTypes))]
    public void Recorded_blocks_have_their_recorded_values(GgmlType type)
    {
        var path = Path.Combine(Repository.Golden, "dequant", type.ToString().ToLowerInvariant());
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path + ".f32")).ToArray();
        ForEachWidth(type, File.ReadAllBytes(path + ".blocks"), expected);
    }

    /// <summary>Up to eight blocks of 32 are a step of the kernels: here are counts below, at and above it.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Any_number_of_blocks_has_the_values_of_the_scalar_form(GgmlType type)
    {
        var format = BlockFormat.Get(type);
        foreach (var blocks in new[] { 1, 2, 7, 8, 9, 17 })
        {
            var bytes = new byte[blocks * format.BlockBytes];
            RandomBlocks.Fill(type, bytes, new Random(blocks));
            var expected = new float[blocks * format.BlockElements];
            fixed (byte* source = bytes)
            fixed (float* target = expected)
            {
                format.Dequantize(source, target, expected.Length);
            }

            ForEachWidth(type, bytes, expected);
        }
    }

    private static void ForEachWidth(GgmlType type, byte[] bytes, float[] expected)
    {
        // Both the blocks and the values end where memory ends.
        using var source = new GuardedMemory(bytes.Length);
        bytes.CopyTo(source.Span);
        Check<Lanes128, Vector128<float>>();
        if (Vector256.IsHardwareAccelerated)
        {
            Check<Lanes256, Vector256<float>>();
        }

        if (Vector512.IsHardwareAccelerated)
        {
            Check<Lanes512, Vector512<float>>();
        }

        void Check<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            using var target = new GuardedMemory(expected.Length * sizeof(float));
            Dequantizers<TLanes, TVector>.Find(type)(source.Pointer, (float*)target.Pointer, expected.Length);
            Assert.Equal(expected, MemoryMarshal.Cast<byte, float>(target.Span).ToArray());
        }
    }
}

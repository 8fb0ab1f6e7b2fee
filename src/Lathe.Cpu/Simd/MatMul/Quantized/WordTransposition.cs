using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Turns 16 rows of eight 32-bit words into eight columns of 16: what makes a panel out of staged rows.</summary>
internal static unsafe class WordTransposition
{
    public const int Words = 8;

    private const int Rows = PanelScratch.Rows;
    private const int ColumnBytes = Rows * sizeof(uint);

    /// <param name="source">Row 0, 32-byte aligned.</param>
    /// <param name="rowBytes">Bytes from one row to the next, a multiple of 32.</param>
    /// <param name="destination">[word][row], 64-byte aligned.</param>
    public static void Run(byte* source, nint rowBytes, byte* destination)
    {
        if (Avx2.IsSupported)
        {
            EightRows(source, rowBytes, destination);
            EightRows(source + (8 * rowBytes), rowBytes, destination + (ColumnBytes / 2));
            return;
        }

        for (int row = 0; row < Rows; row++)
        {
            for (int word = 0; word < Words; word++)
            {
                ((uint*)destination)[(word * Rows) + row] = ((uint*)(source + (row * rowBytes)))[word];
            }
        }
    }

    /// <summary>Eight by eight in three rounds: words between rows 1 apart, pairs between rows 2 apart, halves between rows 4 apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightRows(byte* source, nint rowBytes, byte* destination)
    {
        FourRows(source, rowBytes, out Vector256<long> a04, out Vector256<long> a15, out Vector256<long> a26, out Vector256<long> a37);
        source += 4 * rowBytes;
        FourRows(source, rowBytes, out Vector256<long> b04, out Vector256<long> b15, out Vector256<long> b26, out Vector256<long> b37);
        Columns(a04, b04, destination, 0);
        Columns(a15, b15, destination, 1);
        Columns(a26, b26, destination, 2);
        Columns(a37, b37, destination, 3);
    }

    /// <summary>Words n and n + 4 of four rows, in the lower and the upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
        byte* source, nint rowBytes, out Vector256<long> w04, out Vector256<long> w15, out Vector256<long> w26, out Vector256<long> w37)
    {
        Vector256<int> r0 = Vector256.LoadAligned((int*)source);
        Vector256<int> r1 = Vector256.LoadAligned((int*)(source + rowBytes));
        Vector256<int> r2 = Vector256.LoadAligned((int*)(source + (2 * rowBytes)));
        Vector256<int> r3 = Vector256.LoadAligned((int*)(source + (3 * rowBytes)));
        Vector256<long> low01 = Avx2.UnpackLow(r0, r1).AsInt64(), high01 = Avx2.UnpackHigh(r0, r1).AsInt64();
        Vector256<long> low23 = Avx2.UnpackLow(r2, r3).AsInt64(), high23 = Avx2.UnpackHigh(r2, r3).AsInt64();
        w04 = Avx2.UnpackLow(low01, low23);
        w15 = Avx2.UnpackHigh(low01, low23);
        w26 = Avx2.UnpackLow(high01, high23);
        w37 = Avx2.UnpackHigh(high01, high23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector256<long> a, Vector256<long> b, byte* destination, int word)
    {
        Avx2.Permute2x128(a, b, 0x20).StoreAligned((long*)(destination + (word * ColumnBytes)));
        Avx2.Permute2x128(a, b, 0x31).StoreAligned((long*)(destination + ((word + 4) * ColumnBytes)));
    }
}

using System.Runtime.CompilerServices;

namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>The measures of the float tile that do not depend on a register width.</summary>
internal static class FloatTile
{
    /// <summary>Tokens of a tile.</summary>
    public const int Tokens = 6;
}

/// <summary>The f32 micro-kernel: two registers of rows by six tokens.</summary>
internal static unsafe class FloatTile<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, IFloatLanes<TVector>
{
    /// <summary>Writes tile[token][row] = Σ panel[value][row]·x[token][value]. Tokens that do not exist repeat the last one.</summary>
    public static void Run(float* panel, byte* x, nint stride, int tokens, int elements, float* tile)
    {
        var x0 = (float*)x;
        float* x1 = Token(x, stride, 1, tokens), x2 = Token(x, stride, 2, tokens), x3 = Token(x, stride, 3, tokens);
        float* x4 = Token(x, stride, 4, tokens), x5 = Token(x, stride, 5, tokens);
        TVector a0 = TLanes.Zero, a1 = TLanes.Zero, a2 = TLanes.Zero, a3 = TLanes.Zero, a4 = TLanes.Zero, a5 = TLanes.Zero;
        TVector b0 = TLanes.Zero, b1 = TLanes.Zero, b2 = TLanes.Zero, b3 = TLanes.Zero, b4 = TLanes.Zero, b5 = TLanes.Zero;
        for (nint i = 0; i < elements; i++)
        {
            TVector w0 = TLanes.Load(panel), w1 = TLanes.Load(panel + TLanes.Count);
            Accumulate(ref a0, ref b0, w0, w1, x0[i]);
            Accumulate(ref a1, ref b1, w0, w1, x1[i]);
            Accumulate(ref a2, ref b2, w0, w1, x2[i]);
            Accumulate(ref a3, ref b3, w0, w1, x3[i]);
            Accumulate(ref a4, ref b4, w0, w1, x4[i]);
            Accumulate(ref a5, ref b5, w0, w1, x5[i]);
            panel += 2 * TLanes.Count;
        }

        Store(a0, b0, tile, 0);
        Store(a1, b1, tile, 1);
        Store(a2, b2, tile, 2);
        Store(a3, b3, tile, 3);
        Store(a4, b4, tile, 4);
        Store(a5, b5, tile, 5);
    }

    private static float* Token(byte* x, nint stride, int token, int tokens) => (float*)(x + (Math.Min(token, tokens - 1) * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref TVector a, ref TVector b, TVector w0, TVector w1, float x)
    {
        TVector broadcast = TLanes.Broadcast(x);
        a = TLanes.MultiplyAdd(w0, broadcast, a);
        b = TLanes.MultiplyAdd(w1, broadcast, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector a, TVector b, float* tile, int token)
    {
        tile += token * 2 * TLanes.Count;
        TLanes.Store(a, tile);
        TLanes.Store(b, tile + TLanes.Count);
    }
}

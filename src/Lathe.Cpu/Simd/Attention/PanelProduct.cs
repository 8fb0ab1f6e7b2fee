using System.Runtime.CompilerServices;
using Lathe.Cpu.Simd.Lanes;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>The inner product of attention with many queries: <c>c[m][lane] = c[m][lane] · scale[lane] + Σ_k a(m, k) · b[k][lane]</c> for 8 rows m and two
/// vectors of lanes. Element <c>a(m, k)</c> is broadcast from <c>a[m · rowStride + k · depthStride]</c>, so keys and values are read as they lie.</summary>
internal static unsafe class PanelProduct<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Rows m of one product.</summary>
    public const int Rows = 8;

    /// <summary>Lanes: the distance between rows of <c>b</c> and of <c>c</c>.</summary>
    public static int Width => 2 * TLanes.Count;

    /// <summary>Overwrites <c>c</c>.</summary>
    public static void Set(float* a, nint rowStride, nint depthStride, float* b, int depth, float* c)
    {
        if (TLanes.HasManyRegisters)
        {
            Eight(a, rowStride, depthStride, b, depth, c, default, default, accumulate: false);
        }
        else
        {
            Four(a, rowStride, depthStride, b, depth, c, default, default, accumulate: false);
            Four(a + (4 * rowStride), rowStride, depthStride, b, depth, c + (4 * Width), default, default, accumulate: false);
        }
    }

    /// <summary>Scales what <c>c</c> holds and adds to it.</summary>
    public static void Accumulate(float* a, nint rowStride, nint depthStride, float* b, int depth, float* c, TVector scale0, TVector scale1)
    {
        if (TLanes.HasManyRegisters)
        {
            Eight(a, rowStride, depthStride, b, depth, c, scale0, scale1, accumulate: true);
        }
        else
        {
            Four(a, rowStride, depthStride, b, depth, c, scale0, scale1, accumulate: true);
            Four(a + (4 * rowStride), rowStride, depthStride, b, depth, c + (4 * Width), scale0, scale1, accumulate: true);
        }
    }

    private static void Eight(
        float* a, nint rowStride, nint depthStride, float* b, int depth, float* c, TVector scale0, TVector scale1, bool accumulate)
    {
        float* a1 = a + rowStride, a2 = a1 + rowStride, a3 = a2 + rowStride, a4 = a3 + rowStride;
        float* a5 = a4 + rowStride, a6 = a5 + rowStride, a7 = a6 + rowStride;
        TVector c00 = TLanes.Zero, c10 = TLanes.Zero, c20 = TLanes.Zero, c30 = TLanes.Zero, c40 = TLanes.Zero, c50 = TLanes.Zero, c60 = TLanes.Zero;
        TVector c01 = TLanes.Zero, c11 = TLanes.Zero, c21 = TLanes.Zero, c31 = TLanes.Zero, c41 = TLanes.Zero, c51 = TLanes.Zero, c61 = TLanes.Zero;
        TVector c70 = TLanes.Zero, c71 = TLanes.Zero;
        if (accumulate)
        {
            LoadScaled(c, scale0, scale1, out c00, out c01);
            LoadScaled(c + Width, scale0, scale1, out c10, out c11);
            LoadScaled(c + (2 * Width), scale0, scale1, out c20, out c21);
            LoadScaled(c + (3 * Width), scale0, scale1, out c30, out c31);
            LoadScaled(c + (4 * Width), scale0, scale1, out c40, out c41);
            LoadScaled(c + (5 * Width), scale0, scale1, out c50, out c51);
            LoadScaled(c + (6 * Width), scale0, scale1, out c60, out c61);
            LoadScaled(c + (7 * Width), scale0, scale1, out c70, out c71);
        }

        nint at = 0;
        for (var k = 0; k < depth; k++)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + TLanes.Count);
            b += Width;
            MultiplyAdd(a[at], b0, b1, ref c00, ref c01);
            MultiplyAdd(a1[at], b0, b1, ref c10, ref c11);
            MultiplyAdd(a2[at], b0, b1, ref c20, ref c21);
            MultiplyAdd(a3[at], b0, b1, ref c30, ref c31);
            MultiplyAdd(a4[at], b0, b1, ref c40, ref c41);
            MultiplyAdd(a5[at], b0, b1, ref c50, ref c51);
            MultiplyAdd(a6[at], b0, b1, ref c60, ref c61);
            MultiplyAdd(a7[at], b0, b1, ref c70, ref c71);
            at += depthStride;
        }

        Store(c, c00, c01);
        Store(c + Width, c10, c11);
        Store(c + (2 * Width), c20, c21);
        Store(c + (3 * Width), c30, c31);
        Store(c + (4 * Width), c40, c41);
        Store(c + (5 * Width), c50, c51);
        Store(c + (6 * Width), c60, c61);
        Store(c + (7 * Width), c70, c71);
    }

    private static void Four(
        float* a, nint rowStride, nint depthStride, float* b, int depth, float* c, TVector scale0, TVector scale1, bool accumulate)
    {
        float* a1 = a + rowStride, a2 = a1 + rowStride, a3 = a2 + rowStride;
        TVector c00 = TLanes.Zero, c10 = TLanes.Zero, c20 = TLanes.Zero, c30 = TLanes.Zero;
        TVector c01 = TLanes.Zero, c11 = TLanes.Zero, c21 = TLanes.Zero, c31 = TLanes.Zero;
        if (accumulate)
        {
            LoadScaled(c, scale0, scale1, out c00, out c01);
            LoadScaled(c + Width, scale0, scale1, out c10, out c11);
            LoadScaled(c + (2 * Width), scale0, scale1, out c20, out c21);
            LoadScaled(c + (3 * Width), scale0, scale1, out c30, out c31);
        }

        nint at = 0;
        for (var k = 0; k < depth; k++)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + TLanes.Count);
            b += Width;
            MultiplyAdd(a[at], b0, b1, ref c00, ref c01);
            MultiplyAdd(a1[at], b0, b1, ref c10, ref c11);
            MultiplyAdd(a2[at], b0, b1, ref c20, ref c21);
            MultiplyAdd(a3[at], b0, b1, ref c30, ref c31);
            at += depthStride;
        }

        Store(c, c00, c01);
        Store(c + Width, c10, c11);
        Store(c + (2 * Width), c20, c21);
        Store(c + (3 * Width), c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(float a, TVector b0, TVector b1, ref TVector c0, ref TVector c1)
    {
        var broadcast = TLanes.Broadcast(a);
        c0 = TLanes.MultiplyAdd(broadcast, b0, c0);
        c1 = TLanes.MultiplyAdd(broadcast, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadScaled(float* c, TVector scale0, TVector scale1, out TVector c0, out TVector c1)
    {
        c0 = TLanes.Multiply(TLanes.Load(c), scale0);
        c1 = TLanes.Multiply(TLanes.Load(c + TLanes.Count), scale1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, TVector c0, TVector c1)
    {
        TLanes.Store(c0, c);
        TLanes.Store(c1, c + TLanes.Count);
    }
}

namespace Lathe.Cpu.Reference;

/// <summary>The scalar product of two rows in f64.</summary>
internal static unsafe class DotProduct
{
    public static double Of(float* a, float* b, int count)
    {
        // Four sums: one alone would wait for each addition before the next.
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        var i = 0;
        for (; i <= count - 4; i += 4)
        {
            s0 += (double)a[i] * b[i];
            s1 += (double)a[i + 1] * b[i + 1];
            s2 += (double)a[i + 2] * b[i + 2];
            s3 += (double)a[i + 3] * b[i + 3];
        }

        for (; i < count; i++)
        {
            s0 += (double)a[i] * b[i];
        }

        return s0 + s1 + (s2 + s3);
    }
}

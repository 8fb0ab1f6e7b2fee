using System.Runtime.Intrinsics;

namespace Lathe.Cpu.MatMul;

/// <summary>Adds one row to another.</summary>
internal static unsafe class VectorSum
{
    public static void Accumulate(float* target, float* addend, int count)
    {
        var i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(target + i) + Vector256.Load(addend + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] += addend[i];
        }
    }
}

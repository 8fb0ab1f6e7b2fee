using Lathe.Engine.Models;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>Rows of a weight as f32, through the scalar meaning of its block format.</summary>
internal static unsafe class WeightRow
{
    /// <summary>Null if the values of a weight can be computed with; otherwise one sentence.</summary>
    public static string? WhyNot(Weight weight) =>
        BlockFormat.Find(weight.Type) is { } format
            ? weight.InputWidth % format.BlockElements == 0
                ? null
                : $"rows of {weight.Name} have {weight.InputWidth} values, which is no whole number of {format.Name} blocks of {format.BlockElements}"
            : $"{weight.Name} is {weight.Type}, which cannot be computed with";

    /// <summary>The values of a weight that is a vector, in an array that does not move.</summary>
    public static float[] LoadVector(Weight vector)
    {
        var values = GC.AllocateArray<float>(vector.InputWidth, pinned: true);
        fixed (float* target = values)
        {
            BlockFormat.Get(vector.Type).Dequantize(vector.Data, target, vector.InputWidth);
        }

        return values;
    }
}

using Lathe.Cpu.Simd.Lanes;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.Dequantization;

/// <summary>Finds the kernel that expands weights of a type to f32.</summary>
internal static unsafe class Dequantizers<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The kernel: blocks, room for the values, how many values (a whole number of blocks).</summary>
    /// <exception cref="NotSupportedException">Values of the type cannot be computed with.</exception>
    public static delegate*<byte*, float*, int, void> Find(GgmlType type)
    {
        var plain = Unpacking<TLanes, TVector>.Find(type);
        return plain != null ? plain : (delegate*<byte*, float*, int, void>)WeightCodes.Visit(type, new Expansion());
    }

    private sealed class Expansion : IWeightCodesVisitor<nint>
    {
        public nint Visit<TCodes>()
            where TCodes : struct, IWeightCodes
        {
            // What is initialised before a kernel is compiled is a constant in it.
            _ = HalfTable.Values[0];
            TCodes.Prepare();
            return (nint)(delegate*<byte*, float*, int, void>)&BlockExpansion<TCodes, TLanes, TVector>.Run;
        }
    }
}

using System.Runtime.CompilerServices;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Where 256 values of one token's activations lie: codes, scales per 32, and negated and scaled sums per group of the weights.</summary>
internal unsafe struct SdotActivations
{
    public sbyte* Codes;
    public float* Scales;
    public int* NegatedSums;
    public float* ScaledSums;

    public SdotActivations(byte* row, in ActivationLayout layout, int groupElements)
    {
        bool halves = groupElements == 16;
        Codes = (sbyte*)row;
        Scales = (float*)(row + layout.ScalesOffset);
        NegatedSums = (int*)(row + (halves ? layout.NegatedSums16Offset : layout.NegatedSums32Offset));
        ScaledSums = (float*)(row + (halves ? layout.ScaledSums16Offset : layout.ScaledSums32Offset));
    }

    /// <summary>Goes to the next 256 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int groups)
    {
        Codes += ActivationLayout.StepElements;
        Scales += ActivationLayout.StepElements / ActivationLayout.BlockElements;
        NegatedSums += groups;
        ScaledSums += groups;
    }

    /// <summary>Goes to the same values of a row that lies <paramref name="bytes"/> further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(nint bytes)
    {
        Codes += bytes;
        Scales = (float*)((byte*)Scales + bytes);
        NegatedSums = (int*)((byte*)NegatedSums + bytes);
        ScaledSums = (float*)((byte*)ScaledSums + bytes);
    }
}

using System.Runtime.CompilerServices;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Where 256 values of one token's activations lie: codes, scales per 32, and scaled sums per group of the weights.</summary>
internal unsafe struct StepActivations
{
    public sbyte* Codes;
    public float* Scales;
    public float* Sums;

    public StepActivations(byte* row, in ActivationLayout layout, int groupElements)
    {
        Codes = (sbyte*)row;
        Scales = (float*)(row + layout.ScalesOffset);
        Sums = (float*)(row + (groupElements == 16 ? layout.ScaledSums16Offset : layout.ScaledSums32Offset));
    }

    /// <summary>Goes to the next 256 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int groups)
    {
        Codes += ActivationLayout.StepElements;
        Scales += ActivationLayout.StepElements / ActivationLayout.BlockElements;
        Sums += groups;
    }

    /// <summary>Goes to the same values of a row that lies <paramref name="bytes"/> further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(nint bytes)
    {
        Codes += bytes;
        Scales = (float*)((byte*)Scales + bytes);
        Sums = (float*)((byte*)Sums + bytes);
    }
}

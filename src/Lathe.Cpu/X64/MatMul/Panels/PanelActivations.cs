using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>One token's activations as the panel gemm reads them: a record per 32 values, everything that a block of them needs side by side, so that a
/// token is one stream.</summary>
/// <remarks>A record: byte[32] codes 128 above those of <see cref="ActivationLayout"/>; float scale; float scaled sum of the codes, scale·Σcode, or two
/// of them, one per half. K is padded to a multiple of 256 with records of zeros.</remarks>
internal readonly unsafe struct PanelActivations
{
    /// <summary>What codes stand above their values by: the unsigned operand of a dot product are the activations.</summary>
    public const byte Offset = 128;

    public const int ScaleOffset = ActivationLayout.BlockElements;
    public const int SumsOffset = ScaleOffset + sizeof(float);
    public const int BlocksPerStep = ActivationLayout.StepElements / ActivationLayout.BlockElements;

    private const int Alignment = 64;

    /// <param name="sums">Scaled sums per record: 1, or 2 for the minima of groups of 16.</param>
    public PanelActivations(int sums) => Sums = sums;

    public int Sums { get; }

    public int RecordBytes => SumsOffset + (Sums * sizeof(float));

    /// <summary>Bytes of 256 values.</summary>
    public int StepBytes => BlocksPerStep * RecordBytes;

    /// <summary>Name of this form of activations.</summary>
    public string Name => Sums == 1 ? "panels" : "panels.halves";

    /// <summary>Bytes of a row of <paramref name="k"/> values, a multiple of 32.</summary>
    public int RowBytes(int k) =>
        checked(((k + ActivationLayout.StepElements - 1) / ActivationLayout.StepElements * StepBytes) + Alignment - 1) / Alignment * Alignment;

    /// <summary>Writes a row.</summary>
    public void Pack(float* x, byte* row, int k)
    {
        var codes = stackalloc sbyte[ActivationLayout.BlockElements];
        var blocks = k / ActivationLayout.BlockElements;
        for (var block = 0; block < (k + ActivationLayout.StepElements - 1) / ActivationLayout.StepElements * BlocksPerStep; block++)
        {
            var (scale, first, second) = (0f, 0, 0);
            if (block < blocks)
            {
                scale = ActivationLayout.QuantizeBlock(x + (block * ActivationLayout.BlockElements), codes, out first, out second);
            }
            else
            {
                new Span<sbyte>(codes, ActivationLayout.BlockElements).Clear();
            }

            var record = row + (block * (long)RecordBytes);
            for (var i = 0; i < ActivationLayout.BlockElements; i++)
            {
                record[i] = (byte)(codes[i] + Offset);
            }

            *(float*)(record + ScaleOffset) = scale;
            var sums = (float*)(record + SumsOffset);
            sums[0] = scale * (Sums == 1 ? first + second : first);
            if (Sums == 2)
            {
                sums[1] = scale * second;
            }
        }
    }
}

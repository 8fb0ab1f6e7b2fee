using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>What a <see cref="QuantizeEmitter"/>'s kernel reads, and its answer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct QuantizeArguments
{
    public const int ValuesOffset = 0;
    public const int RecordsOffset = 8;
    public const int StepsOffset = 16;
    public const int UnusualOffset = 24;

    /// <summary>256 f32 values per step.</summary>
    public float* Values;

    /// <summary>The first step's record.</summary>
    public byte* Records;

    /// <summary>At least 1.</summary>
    public long Steps;

    /// <summary>Set by the kernel: not 0 if there were values from 2^60 up, infinities or NaNs. The records are then wrong, and slower code must write them.</summary>
    public long Unusual;
}

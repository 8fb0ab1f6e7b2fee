namespace Lathe.Cpu.Execution;

/// <summary>One way in which a step touches a buffer.</summary>
public readonly record struct BufferAccess(CpuBuffer Buffer, bool Writes, AccessPattern Pattern)
{
    public static BufferAccess Read(CpuBuffer buffer, AccessPattern pattern) => new(buffer, false, pattern);

    public static BufferAccess Write(CpuBuffer buffer, AccessPattern pattern) => new(buffer, true, pattern);

    /// <summary>True if the two steps must not run side by side because of this pair.</summary>
    public bool Conflicts(BufferAccess other, Division division) =>
        ReferenceEquals(Buffer, other.Buffer) && (Writes || other.Writes) && !Buffer.Replicated && Pattern.Crosses(other.Pattern, division);
}

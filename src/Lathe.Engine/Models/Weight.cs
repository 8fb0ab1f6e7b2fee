using Lathe.Formats.Gguf;

namespace Lathe.Engine.Models;

/// <summary>A tensor of the model where it lies in the mapped file. Matrices are <c>[in, out]</c>: row <c>o</c> holds the <c>in</c> values
/// that make output <c>o</c>, contiguous in the blocks of <see cref="Type"/>. A vector is a matrix of one row. The experts of a layer are matrices
/// of one shape behind each other: <c>[in, out, experts]</c>.</summary>
public sealed unsafe class Weight
{
    public Weight(string name, GgmlType type, int inputWidth, int outputWidth, byte* data, long rowBytes, int expertCount = 1)
        : this(name, type, inputWidth, outputWidth, data, rowBytes, expertCount, rowBytes * outputWidth)
    {
    }

    private Weight(string name, GgmlType type, int inputWidth, int outputWidth, byte* data, long rowBytes, int expertCount, long expertBytes)
    {
        Name = name;
        Type = type;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
        Data = data;
        RowBytes = rowBytes;
        ExpertCount = expertCount;
        ExpertBytes = expertBytes;
    }

    /// <summary>The tensor's name without its <c>.weight</c> ending.</summary>
    public string Name { get; }

    public GgmlType Type { get; }

    /// <summary>Values per row.</summary>
    public int InputWidth { get; }

    /// <summary>Rows of one matrix.</summary>
    public int OutputWidth { get; }

    public byte* Data { get; }

    public long RowBytes { get; }

    /// <summary>Matrices; 1 for a plain weight.</summary>
    public int ExpertCount { get; }

    /// <summary>Distance between the first rows of two experts.</summary>
    public long ExpertBytes { get; }

    /// <summary>Bytes of the rows, over all experts.</summary>
    public long ByteSize => RowBytes * OutputWidth * ExpertCount;

    /// <summary>One expert's matrix as a plain weight.</summary>
    public Weight Expert(int expert)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expert);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(expert, ExpertCount);
        return new(Name, Type, InputWidth, OutputWidth, Data + (expert * ExpertBytes), RowBytes);
    }

    /// <summary>Some rows (of every expert) as a weight of their own, over the same memory.</summary>
    public Weight Rows(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, OutputWidth - first);
        return new(Name, Type, InputWidth, count, Data + (first * RowBytes), RowBytes, ExpertCount, ExpertBytes);
    }

    /// <summary>The first <paramref name="rows"/> rows, or all if there are fewer.</summary>
    public Weight FirstRows(int rows) => Rows(0, Math.Min(rows, OutputWidth));
}

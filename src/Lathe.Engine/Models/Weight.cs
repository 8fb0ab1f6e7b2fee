using Lathe.Formats.Gguf;

namespace Lathe.Engine.Models;

/// <summary>A tensor of the model where it lies in the mapped file. Matrices are <c>[in, out]</c>: row <c>o</c> holds the <c>in</c> values
/// that make output <c>o</c>, contiguous in the blocks of <see cref="Type"/>. A vector is a matrix of one row.</summary>
public sealed unsafe class Weight
{
    public Weight(string name, GgmlType type, int inputWidth, int outputWidth, byte* data, long rowBytes)
    {
        Name = name;
        Type = type;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
        Data = data;
        RowBytes = rowBytes;
    }

    /// <summary>The tensor's name without its <c>.weight</c> ending.</summary>
    public string Name { get; }

    public GgmlType Type { get; }

    /// <summary>Values per row.</summary>
    public int InputWidth { get; }

    /// <summary>Rows.</summary>
    public int OutputWidth { get; }

    public byte* Data { get; }

    public long RowBytes { get; }

    public long ByteSize => RowBytes * OutputWidth;

    /// <summary>The first <paramref name="rows"/> rows as a weight of their own, over the same memory.</summary>
    public Weight FirstRows(int rows) => new(Name, Type, InputWidth, Math.Min(rows, OutputWidth), Data, RowBytes);
}

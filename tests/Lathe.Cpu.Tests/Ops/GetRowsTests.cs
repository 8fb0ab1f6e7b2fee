using System.Buffers.Binary;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Ops;

public sealed unsafe class GetRowsTests
{
    public static TheoryData<string> Routes => OpRoutes.Of("get_rows");

    [Theory]
    [MemberData(nameof(Routes))]
    public void Plain_types_are_read_by_their_definition(string route)
    {
        foreach (var type in new[] { GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0 })
        {
            foreach (var width in type == GgmlType.Q8_0 ? new[] { 32, 96, 288 } : [1, 2, 7, 16, 17, 63, 100, 257])
            {
                const int TableRows = 9;
                var random = new Random(width);
                var bytes = new byte[BlockFormat.Get(type).ByteSize(width * TableRows)];
                random.NextBytes(bytes);
                Check(route, type, width, TableRows, bytes, (row, i) => Decode(type, bytes, (row * width) + i));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_type_is_read_by_its_block_format(string route)
    {
        foreach (var format in BlockFormat.All)
        {
            const int TableRows = 9;
            var width = format.BlockElements * 3;
            var bytes = new byte[format.ByteSize(width * TableRows)];
            RandomBlocks.Fill(format.Type, bytes, new Random(7));
            var expected = new float[width * TableRows];
            fixed (byte* blocks = bytes)
            fixed (float* values = expected)
            {
                format.Dequantize(blocks, values, expected.Length);
            }

            Check(route, format.Type, width, TableRows, bytes, (row, i) => expected[(row * width) + i]);
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_token_outside_the_table_makes_a_row_of_nan(string route)
    {
        var node = new GetRowsNode("rows", -1, Values.Matrix(GgmlType.F32, 5, 1, Numbers.Normal(5, 1)), Values.Tokens(0, 5));
        using var test = new OpTest(new GraphShape(2, 1), 1);
        var rows = test.Run(OpRoutes.Get(route), node, Values.Batch(2));
        Assert.All(rows[..5], value => Assert.False(float.IsNaN(value)));
        Assert.All(rows[5..], value => Assert.True(float.IsNaN(value)));
    }

    private static void Check(string route, GgmlType type, int width, int tableRows, byte[] bytes, Func<int, int, float> expected)
    {
        var node = new GetRowsNode("rows", -1, Values.Matrix(type, width, tableRows, bytes), Values.Tokens(0, width));
        foreach (var threads in OpTest.ThreadCounts)
        {
            foreach (var tokens in new[] { 1, 7 })
            {
                using var test = new OpTest(new GraphShape(tokens, 1), threads);
                var rows = test.Run(OpRoutes.Get(route), node, Values.Batch(tokens));
                for (var i = 0; i < rows.Length; i++)
                {
                    var wanted = expected(i / width, i % width);
                    Assert.True(wanted == rows[i] || (float.IsNaN(wanted) && float.IsNaN(rows[i])), $"{type} {width}: value {i} is {rows[i]}, not {wanted}");
                }
            }
        }
    }

    private static float Decode(GgmlType type, byte[] bytes, int index) => type switch
    {
        GgmlType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(index * 4)),
        GgmlType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(index * 2)),
        GgmlType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(index * 2)) << 16),
        GgmlType.Q8_0 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(index / 32 * 34)) * (sbyte)bytes[(index / 32 * 34) + 2 + (index % 32)],
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}

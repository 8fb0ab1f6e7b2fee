using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>A product of the float gemm: how its rows are cut into units and chunks, and the emitters of its machine code.</summary>
/// <param name="Type">Weight type.</param>
/// <param name="Product">What multiplies; <see cref="FloatProduct.BF16"/> is for weights of bf16.</param>
/// <param name="K">Values per row.</param>
internal readonly record struct FloatGemmShape(GgmlType Type, FloatProduct Product, int K)
{
    private const int WeightRows = 16;

    /// <summary>Units of a row.</summary>
    public int Units => (K + ElementsPerUnit - 1) / ElementsPerUnit;

    /// <summary>Bytes of a row of weights before unit <paramref name="first"/>.</summary>
    public long WeightBytes(int first) => (long)first * ElementsPerUnit * FloatFormat.Bytes(Type);

    /// <summary>The first unit of each chunk.</summary>
    public IEnumerable<int> Chunks
    {
        get
        {
            for (var first = 0; first < Units; first += FloatGemmLayout.ChunkUnits)
            {
                yield return first;
            }
        }
    }

    private int ElementsPerUnit => Product switch
    {
        FloatProduct.F32 => 1,
        FloatProduct.BF16 => 2,
        _ => throw new NotSupportedException($"{Product} is not a product of the float gemm"),
    };

    private FloatSource Source => (Type, Product) switch
    {
        (GgmlType.F32, FloatProduct.F32) => FloatSource.F32,
        (GgmlType.F16, FloatProduct.F32) => FloatSource.F16,
        (GgmlType.BF16, FloatProduct.F32) => FloatSource.BF16,
        (GgmlType.BF16, FloatProduct.BF16) => FloatSource.BF16Pairs,
        _ => throw new NotSupportedException($"weights of type {Type} are not multiplied as {Product}"),
    };

    /// <summary>Units of the chunk from unit <paramref name="first"/> on.</summary>
    public int UnitsOf(int first) => Math.Min(FloatGemmLayout.ChunkUnits, Units - first);

    /// <summary>Packs a block of activations, whole rows.</summary>
    public FloatPackEmitter ActivationPacking() => new(
        Product == FloatProduct.F32 ? FloatSource.F32 : FloatSource.F32ToBF16Pairs, K, FloatGemmLayout.Tokens, FloatGemmLayout.BlockUnitBytes);

    /// <summary>Packs 16 rows of weights, the chunk from unit <paramref name="first"/> on.</summary>
    public FloatPackEmitter WeightPacking(int first) => new(
        Source, Math.Min(FloatGemmLayout.ChunkUnits * ElementsPerUnit, K - (first * ElementsPerUnit)), WeightRows, FloatGemmLayout.PanelUnitBytes);

    /// <summary>Multiplies up to <paramref name="tokens"/> tokens, the chunk from unit <paramref name="first"/> on.</summary>
    public FloatGemmEmitter Multiplication(int first, int tokens) => new(Product, UnitsOf(first), tokens, fresh: first == 0);
}

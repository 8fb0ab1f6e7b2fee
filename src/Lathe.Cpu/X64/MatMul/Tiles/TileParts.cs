namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>How many bf16 values stand for one value of either side: the first is the value rounded, the second what the rounding left.</summary>
/// <remarks>Two parts have the 16 bits of precision that an f16 needs and more, and leave 2^-17 of an f32. The product of two second parts is as small and is
/// left out.</remarks>
/// <param name="Weights">1 or 2.</param>
/// <param name="Activations">1 or 2.</param>
internal readonly record struct TileParts(int Weights, int Activations)
{
    /// <summary>Both sides rounded to bf16.</summary>
    public static TileParts Rounded => new(1, 1);

    /// <summary>The pairs of parts that are multiplied, in an order in which every part is loaded once.</summary>
    public IEnumerable<(int Weight, int Activation)> Products
    {
        get
        {
            for (var activation = Activations - 1; activation >= 0; activation--)
            {
                yield return (0, activation);
            }

            for (var weight = 1; weight < Weights; weight++)
            {
                yield return (weight, 0);
            }
        }
    }

    public override string ToString() => $"{Weights}x{Activations}";
}

namespace Lathe.Engine.Models;

/// <summary>Which values of a head form a rotated pair.</summary>
public enum RopeStyle
{
    /// <summary>Pairs (2i, 2i+1): files of the llama family, whose converter permutes the rows of Q and K.</summary>
    Interleaved,

    /// <summary>Pairs (i, i + n/2): every other family.</summary>
    Halves,
}

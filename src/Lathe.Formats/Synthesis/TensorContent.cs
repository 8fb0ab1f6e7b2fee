namespace Lathe.Formats.Synthesis;

/// <summary>What a random tensor's values are like.</summary>
public enum TensorContent
{
    /// <summary>Mean 0 and standard deviation 1/√K for rows of K values, so that a matrix product keeps the size of its input.</summary>
    Matrix,

    /// <summary>Between 0.9 and 1.1: the factors of a norm.</summary>
    Norm,

    /// <summary>Between -0.1 and 0.1: biases and attention sinks.</summary>
    Bias,

    /// <summary>Llama 3.1's divisors of the RoPE frequencies.</summary>
    FrequencyFactors,
}

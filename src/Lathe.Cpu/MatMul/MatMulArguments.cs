namespace Lathe.Cpu.MatMul;

/// <summary>One call of a kernel: y[t, r] = Σₖ W[r, k]·x[t, k] for the rows [RowStart, RowEnd) and the tokens [0, Tokens).</summary>
public unsafe struct MatMulArguments
{
    /// <summary>Row 0 of the weights, in the file's own block layout.</summary>
    public byte* Weights;

    /// <summary>Row 0 of weights of the same shape that the caller multiplies next, for a kernel that fetches them meanwhile; null if none are.</summary>
    public byte* WeightsNext;

    /// <summary>Bytes from one weight row to the next.</summary>
    public long RowBytes;

    /// <summary>Values per row: a multiple of the type's block size.</summary>
    public int K;

    public int RowStart;

    public int RowEnd;

    /// <summary>Token 0's activations, 64-byte aligned, in the form that the kernel names in <see cref="MatrixKernel.ActivationForm"/>.</summary>
    public byte* Activations;

    /// <summary>Bytes from one token's activations to the next.</summary>
    public long ActivationStride;

    public int Tokens;

    /// <summary>True if a token's results must not depend on <see cref="Tokens"/>, to the last bit: a kernel with several ways takes the one for many.</summary>
    public bool BatchInvariant;

    /// <summary>y[0, 0]; row r of token t is written to Output[t·OutputStride + r].</summary>
    public float* Output;

    /// <summary>Floats from one token's results to the next.</summary>
    public long OutputStride;

    /// <summary>What y[0] starts from, a residual or a bias; null for zeros. For kernels with <see cref="MatrixKernel.TakesStart"/>.</summary>
    public float* Start;

    /// <summary>Floats from one token's start to the next; 0 if it is the same for all.</summary>
    public long StartStride;

    /// <summary>What gates y[0], element by element, once the results are whole; null for nothing. For kernels with <see cref="MatrixKernel.TakesGate"/>.</summary>
    public float* Gate;

    /// <summary>Floats from one token's gates to the next.</summary>
    public long GateStride;

    /// <summary>How: gates, results so far, results, their number.</summary>
    public delegate*<float*, float*, float*, int, void> Activate;

    /// <summary>Each token's activations where they lie anywhere, in place of <see cref="Activations"/> and <see cref="ActivationStride"/>: for kernels with
    /// <see cref="MatrixKernel.TakesScatteredTokens"/>, and for them always.</summary>
    public byte** ActivationRows;

    /// <summary>Each token's y[0] where <see cref="ActivationRows"/> are given, in place of <see cref="Output"/> and <see cref="OutputStride"/>.</summary>
    public float** OutputRows;

    /// <summary>Memory of this thread alone, 64-byte aligned, <see cref="MatrixKernel.ScratchBytes"/> long; its contents do not matter.</summary>
    public byte* Scratch;
}

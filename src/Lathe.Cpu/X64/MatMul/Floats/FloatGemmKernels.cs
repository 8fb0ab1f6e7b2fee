namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>The machine code of the float gemm, and calls of it.</summary>
internal sealed unsafe class FloatGemmKernels
{
    private const int PackedRows = 16;

    // Numbers of tokens that have a kernel; others take the next one.
    private static readonly int[] s_tokens = [4, 8, FloatGemmLayout.Tokens];

    private readonly FloatGemmShape _shape;
    private readonly MachineKernel _packActivations;
    private readonly (MachineKernel Pack, MachineKernel[] Multiply)[] _chunks;

    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public FloatGemmKernels(FloatGemmShape shape)
    {
        _shape = shape;
        _packActivations = KernelCache.Get(shape.ActivationPacking());
        _chunks = [.. shape.Chunks.Select(first => (KernelCache.Get(shape.WeightPacking(first)), Multiplications(first)))];

        MachineKernel[] Multiplications(int first) => [.. s_tokens.Select(tokens => KernelCache.Get(shape.Multiplication(first, tokens)))];
    }

    /// <summary>All machine code of a shape.</summary>
    public static IEnumerable<KernelListing> List(FloatGemmShape shape)
    {
        IEnumerable<KernelEmitter> weights = shape.Chunks.Select(shape.WeightPacking);
        var multiplications = shape.Chunks.SelectMany(first => s_tokens.Select(tokens => shape.Multiplication(first, tokens)));
        return weights.Concat(multiplications).Prepend(shape.ActivationPacking()).DistinctBy(emitter => emitter.Key).Select(Disassembly.List);
    }

    /// <summary>Packs the rows of some blocks of activations.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="target">The first block.</param>
    public void PackActivations(byte* x, long stride, int rows, byte* target)
    {
        for (var row = 0; row < rows; row += FloatGemmLayout.Tokens)
        {
            var call = new FloatPackArguments
            {
                Source = x + (row * stride),
                SourceStride = stride,
                Target = target + FloatGemmLayout.ActivationBytes(_shape.Units, row),
                Rows = Math.Min(rows - row, FloatGemmLayout.Tokens),
            };
            _packActivations.Run(&call);
        }
    }

    /// <summary>Packs the chunk from unit <paramref name="first"/> on of some rows of weights.</summary>
    /// <param name="weights">The first row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="first">First unit.</param>
    /// <param name="panels">Where to.</param>
    public void PackWeights(byte* weights, long rowBytes, int rows, int first, byte* panels)
    {
        for (var row = 0; row < (rows + FloatGemmLayout.Rows - 1) / FloatGemmLayout.Rows * FloatGemmLayout.Rows; row += PackedRows)
        {
            // Where the second half of a panel has no row, the last one stands in.
            var source = Math.Min(row, rows - 1);
            var (panel, rowOfPanel) = Math.DivRem(row, FloatGemmLayout.Rows);
            var call = new FloatPackArguments
            {
                Source = weights + (source * rowBytes) + _shape.WeightBytes(first),
                SourceStride = rowBytes,
                Target = panels + ((long)panel * _shape.UnitsOf(first) * FloatGemmLayout.PanelUnitBytes) + (rowOfPanel * FloatGemmLayout.UnitBytes),
                Rows = Math.Min(rows - source, PackedRows),
            };
            _chunks[first / FloatGemmLayout.ChunkUnits].Pack.Run(&call);
        }
    }

    /// <summary>Multiplies the chunk from unit <paramref name="first"/> on with up to a block of tokens.</summary>
    public void Multiply(FloatGemmArguments* call, int first)
    {
        var kernels = _chunks[first / FloatGemmLayout.ChunkUnits].Multiply;
        for (var i = 0; i < kernels.Length; i++)
        {
            if (call->Tokens <= s_tokens[i])
            {
                kernels[i].Run(call);
                return;
            }
        }
    }
}

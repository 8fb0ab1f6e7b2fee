namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>The machine code of the tile gemm, and calls of it.</summary>
internal sealed unsafe class TileKernels
{
    private readonly TileParts _parts;
    private readonly MachineKernel _pack;
    private readonly MachineKernel _store = KernelCache.Get(new TileStoreEmitter());
    private readonly MachineKernel?[] _gemm = new MachineKernel?[4];

    /// <param name="parts">Parts of a value.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="specialized">False for the generic form of the code.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public TileKernels(TileParts parts, int k, bool specialized)
    {
        _parts = parts;
        _pack = KernelCache.Get(new TilePackEmitter(parts.Activations));
        for (var first = 0; first < k; first += TileLayout.ChunkElements)
        {
            var index = Index(first, k);
            _gemm[index] ??= KernelCache.Get(new TileGemmEmitter(parts, specialized ? ChunkOf(first, k) : null));
        }
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(TileParts parts, int k, bool specialized)
    {
        var gemms = Enumerable.Range(0, (k + TileLayout.ChunkElements - 1) / TileLayout.ChunkElements)
            .Select(chunk => new TileGemmEmitter(parts, specialized ? ChunkOf(chunk * TileLayout.ChunkElements, k) : null));
        return gemms.DistinctBy(emitter => emitter.Key).Prepend<KernelEmitter>(new TilePackEmitter(parts.Activations)).Append(new TileStoreEmitter()).Select(Disassembly.List);
    }

    /// <summary>Bytes of <paramref name="tokens"/> tokens' activations: tiles in the order [pair of blocks of 16 tokens][step][part][block of the pair].</summary>
    public long ActivationBytes(int k, int tokens) => (long)TileLayout.PaddedTokens(tokens) * ActivationBytesPerRow(k);

    /// <summary>The share of one token in them.</summary>
    public long ActivationBytesPerRow(int k) => (long)TileLayout.Steps(k) * _parts.Activations * TileLayout.LineBytes;

    /// <summary>Steps of the chunk that starts at value <paramref name="first"/>.</summary>
    public static int StepsOf(int first, int k) => TileLayout.Steps(Math.Min(TileLayout.ChunkElements, k - first));

    /// <summary>Packs up to 32 rows of activations.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="rows">Rows that exist.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="target">The tiles of the block.</param>
    public void Pack(float* x, long stride, int rows, int k, byte* target)
    {
        for (var tile = 0; tile < 2; tile++)
        {
            // Where the second half has no row, the last one of the first stands in.
            var first = Math.Min(tile * TileLayout.Rows, rows - 1);
            var call = new TilePackArguments
            {
                Source = x + (first * stride),
                SourceStride = stride * sizeof(float),
                Target = target + (tile * TileLayout.TileBytes),
                Steps = TileLayout.Steps(k),
                Tokens = Math.Min(rows - first, TileLayout.Rows),
            };
            _pack.Run(&call);
        }
    }

    /// <summary>Multiplies the chunk from value <paramref name="first"/> on.</summary>
    public void Multiply(TileGemmArguments* call, int first, int k)
    {
        (call->Steps, call->IsFirst) = (StepsOf(first, k), first == 0 ? 1 : 0);
        _gemm[Index(first, k)]!.Run(call);
    }

    /// <summary>Writes the sums of up to 32 tokens.</summary>
    /// <param name="sums">[block of 32 rows][row tile][token tile][row][token].</param>
    /// <param name="output">The first token's result for the first row.</param>
    /// <param name="stride">Floats from one token to the next.</param>
    /// <param name="rows">Rows that exist.</param>
    /// <param name="tokens">Tokens that exist.</param>
    public void Store(float* sums, float* output, long stride, int rows, int tokens)
    {
        if (rows % TileLayout.BlockRows == 0)
        {
            var call = new TileStoreArguments
            {
                Sums = sums,
                Output = output,
                OutputStride = stride * sizeof(float),
                RowBlocks = rows / TileLayout.BlockRows,
                Tokens = Math.Min(tokens, TileLayout.BlockRows),
            };
            _store.Run(&call);
            return;
        }

        for (var token = 0; token < Math.Min(tokens, TileLayout.BlockRows); token++)
        {
            for (var row = 0; row < rows; row++)
            {
                var tile = (row / TileLayout.BlockRows * 4) + (row / TileLayout.Rows % 2 * 2) + (token / TileLayout.Rows);
                output[(token * stride) + row] =
                    sums[(tile * TileLayout.TileBytes / sizeof(float)) + (row % TileLayout.Rows * TileLayout.Rows) + (token % TileLayout.Rows)];
            }
        }
    }

    private static TileChunk ChunkOf(int first, int k) => new(StepsOf(first, k), first == 0);

    // A row has a first chunk, whole ones, and a last one that may be shorter.
    private static int Index(int first, int k) => (first == 0 ? 1 : 0) + (first + TileLayout.ChunkElements > k ? 2 : 0);
}

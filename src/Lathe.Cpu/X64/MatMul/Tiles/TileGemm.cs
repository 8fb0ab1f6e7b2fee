using Lathe.Cpu.Execution;
using Lathe.Cpu.MatMul;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>The gemm on matrix tiles: weights of any block type are expanded to bf16 a panel at a time, and all tokens run over the panel.</summary>
internal sealed unsafe class TileGemm : MatrixKernel
{
    /// <summary>Tokens whose sums wait in the second-level cache for the next chunk.</summary>
    private const int TokensTogether = 512;

    private readonly ITileUnpacker _unpacker;
    private readonly TileParts _parts;
    private readonly TileKernels _kernels;
    private readonly int _k;
    private readonly int _tokens;
    private readonly bool _packsItself;

    /// <param name="unpacker">Expands the weights.</param>
    /// <param name="parts">Parts of a value.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="tokens">Most tokens of a call.</param>
    /// <param name="packsItself">True if activations come as f32 rows and every call packs them.</param>
    /// <param name="specialized">False for the generic form of the code, which reads the length of the rows from its arguments.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public TileGemm(ITileUnpacker unpacker, TileParts parts, int k, int tokens, bool packsItself, bool specialized = true)
    {
        _unpacker = unpacker;
        _parts = parts;
        _kernels = new TileKernels(parts, k, specialized);
        _k = k;
        _tokens = TileLayout.PaddedTokens(tokens);
        _packsItself = packsItself;
    }

    public override string? ActivationForm => _packsItself ? null : _parts.Activations == 1 ? "bf16.tiles" : "bf16x2.tiles";

    public override int PackedRows => TileLayout.BlockRows;

    public override int ScratchBytes => checked((int)(PanelBytes + SumBytes + (_packsItself ? _kernels.ActivationBytes(_k, _tokens) : 0)));

    public override int RowMultiple => TileLayout.BlockRows;

    private long PanelBytes => (long)_parts.Weights * TileLayout.PanelBytes;

    private long SumBytes => (long)Math.Min(_tokens, TokensTogether) * TileLayout.PanelRows * sizeof(float);

    public override long ActivationBytesPerRow(int k) => _packsItself ? (long)k * sizeof(float) : _kernels.ActivationBytesPerRow(k);

    public override CpuStep CreatePacking(GraphValue value, CpuBuffer from, CpuBuffer to) => new PackTiles(_kernels, value, from, to);

    public override void Run(MatMulArguments* arguments)
    {
        var activations = arguments->Activations;
        if (_packsItself)
        {
            activations = arguments->Scratch + PanelBytes + SumBytes;
            PackAll(arguments, activations);
        }

        for (var token = 0; token < arguments->Tokens; token += TokensTogether)
        {
            var tokens = Math.Min(TokensTogether, arguments->Tokens - token);
            var first = activations + _kernels.ActivationBytes(_k, token);
            for (var row = arguments->RowStart; row < arguments->RowEnd; row += TileLayout.PanelRows)
            {
                Panel(arguments, row, Math.Min(TileLayout.PanelRows, arguments->RowEnd - row), token, tokens, first);
            }
        }
    }

    private void PackAll(MatMulArguments* arguments, byte* target)
    {
        var stride = arguments->ActivationStride / sizeof(float);
        for (var token = 0; token < arguments->Tokens; token += TileLayout.BlockRows)
        {
            _kernels.Pack(
                (float*)arguments->Activations + (token * stride), stride, Math.Min(TileLayout.BlockRows, arguments->Tokens - token), _k,
                target + _kernels.ActivationBytes(_k, token));
        }
    }

    private void Panel(MatMulArguments* arguments, int row, int rows, int token, int tokens, byte* activations)
    {
        var panel = arguments->Scratch;
        var sums = (float*)(panel + PanelBytes);
        var rowBlocks = (rows + TileLayout.BlockRows - 1) / TileLayout.BlockRows;
        var halfBlocks = tokens % TileLayout.BlockRows is > 0 and <= TileLayout.Rows ? 1 : 0;
        var tokenBlocks = ((tokens + TileLayout.BlockRows - 1) / TileLayout.BlockRows) - halfBlocks;
        for (var k = 0; k < _k; k += TileLayout.ChunkElements)
        {
            _unpacker.Unpack(arguments->Weights + (row * arguments->RowBytes), arguments->RowBytes, rows, k, Math.Min(TileLayout.ChunkElements, _k - k), panel);
            var call = new TileGemmArguments
            {
                Weights = panel,
                Activations = activations + ((long)TileLayout.Steps(k) * 2 * TileLayout.TileBytes * _parts.Activations),
                Sums = sums,
                TokenBlocks = tokenBlocks,
                HalfBlocks = halfBlocks,
                RowBlocks = rowBlocks,
                ActivationStride = _kernels.ActivationBytes(_k, TileLayout.BlockRows),
            };
            _kernels.Multiply(&call, k, _k);
        }

        var output = arguments->Output + (token * arguments->OutputStride) + row;
        for (var t = 0; t < tokens; t += TileLayout.BlockRows)
        {
            _kernels.Store(
                sums + ((long)t * rowBlocks * TileLayout.BlockRows), output + (t * arguments->OutputStride), arguments->OutputStride, rows, tokens - t);
        }
    }
}

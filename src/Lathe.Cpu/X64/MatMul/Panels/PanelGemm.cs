using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Rows times many tokens in 8 bits: 32 rows by 512 values are unpacked, then all tokens run over them in machine code.</summary>
internal sealed unsafe class PanelGemm<TCodes> : MatrixKernel
    where TCodes : struct, IWeightCodes
{
    private const int Rows = PanelLayout.Rows;
    private const int StepElements = ActivationLayout.StepElements;
    private const int SumStride = Rows * sizeof(float);

    /// <summary>Tokens whose gates are asked for while one's are used.</summary>
    private const int GatesAhead = 8;

    /// <summary>Tokens whose sums wait in the second-level cache for the next chunk.</summary>
    private const int TokensTogether = 512;

    private static readonly int s_maxTokens = PanelGemmEmitter.MaxTokens(Layout);

    private readonly bool _scattered;
    private readonly PanelLayout _layout = Layout;
    private readonly PanelActivations _activations = Activations;
    private readonly IPanelUnpacker _unpacker;
    private readonly MachineKernel _pack;
    private readonly MachineKernel[] _fresh;
    private readonly MachineKernel[] _further;

    private static IEnumerable<int> TokenCounts => Enumerable.Range(1, s_maxTokens);

    /// <summary>The unpacked weights.</summary>
    public static PanelLayout Layout => new(TCodes.GroupElements, TCodes.HasMinima);

    /// <summary>Its activations.</summary>
    public static PanelActivations Activations => new(TCodes.HasMinima ? PanelLayout.BlockElements / TCodes.GroupElements : 1);

    private static PanelGemmShape Shape(int k, bool specialized, bool scattered) =>
        new(Layout, Activations, !TCodes.HasWideScales, specialized && !scattered ? Activations.RowBytes(k) : null, scattered);

    /// <param name="unpacker">Expands the weights.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="specialized">False for the generic form of the code, which reads what lies between two tokens from its arguments.</param>
    /// <param name="scattered">True for calls with pointers to the tokens.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public PanelGemm(IPanelUnpacker unpacker, int k, bool specialized = true, bool scattered = false)
    {
        _unpacker = unpacker;
        _scattered = scattered;
        _pack = KernelCache.Get(new PanelPackEmitter(Activations));
        var shape = Shape(k, specialized, scattered);
        _fresh = [.. TokenCounts.Select(tokens => KernelCache.Get(new PanelGemmEmitter(shape, tokens, fresh: true)))];
        _further = [.. TokenCounts.Select(tokens => KernelCache.Get(new PanelGemmEmitter(shape, tokens, fresh: false)))];
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values, but that of unpacking.</summary>
    public static IEnumerable<KernelListing> List(int k, bool specialized, bool scattered)
    {
        yield return Disassembly.List(new PanelPackEmitter(Activations));
        foreach (var tokens in TokenCounts)
        {
            yield return Disassembly.List(new PanelGemmEmitter(Shape(k, specialized, scattered), tokens, fresh: true));
            yield return Disassembly.List(new PanelGemmEmitter(Shape(k, specialized, scattered), tokens, fresh: false));
        }
    }

    public override string? ActivationForm => _activations.Name;

    public override int ScratchBytes => SumsOffset + (TokensTogether * (SumStride + sizeof(long)));

    public override int RowMultiple => Rows;

    public override bool TakesScatteredTokens => _scattered;

    public override bool TakesStart => !_scattered;

    public override bool TakesGate => !_scattered;

    private int SumsOffset => PanelScratch.Bytes + _layout.ChunkBytes;

    public override long ActivationBytesPerRow(int k) => _activations.RowBytes(k);

    public override void Pack(float* x, byte* row, int k)
    {
        var (steps, left) = Math.DivRem(k, StepElements);
        if ((steps > 0 && !TryPack(x, row, steps)) || (left > 0 && !TryPackTail(x + (k - left), row + (steps * (long)_activations.StepBytes), left)))
        {
            _activations.Pack(x, row, k);
        }
    }

    public override void Run(MatMulArguments* arguments)
    {
        if (_scattered)
        {
            var sums = (float*)(arguments->Scratch + SumsOffset);
            for (var token = 0; token < Math.Min(TokensTogether, arguments->Tokens); token++)
            {
                SumRows(arguments)[token] = sums + (token * Rows);
            }
        }

        for (var token = 0; token < arguments->Tokens; token += TokensTogether)
        {
            for (var row = arguments->RowStart; row < arguments->RowEnd; row += Rows)
            {
                Panel(arguments, row, token, Math.Min(TokensTogether, arguments->Tokens - token));
            }
        }
    }

    private bool TryPack(float* x, byte* records, int steps)
    {
        var call = new QuantizeArguments { Values = x, Records = records, Steps = steps };
        _pack.Run(&call);
        return call.Unusual == 0;
    }

    /// <summary>The values behind the last whole step, filled up with zeros.</summary>
    private bool TryPackTail(float* x, byte* records, int count)
    {
        var padded = stackalloc float[StepElements];
        new Span<float>(x, count).CopyTo(new Span<float>(padded, count));
        new Span<float>(padded + count, StepElements - count).Clear();
        return TryPack(padded, records, 1);
    }

    /// <summary>32 rows by some tokens.</summary>
    private void Panel(MatMulArguments* arguments, int row, int token, int tokens)
    {
        var rows = Math.Min(Rows, arguments->RowEnd - row);
        var output = _scattered ? (byte*)(arguments->OutputRows + token) : (byte*)(arguments->Output + (token * arguments->OutputStride) + row);
        var outputStride = _scattered ? row * sizeof(float) : arguments->OutputStride * sizeof(float);
        var sums = _scattered ? (byte*)SumRows(arguments) : arguments->Scratch + SumsOffset;
        var sumStride = _scattered ? 0 : SumStride;
        var starts = arguments->Start is not null;
        var next = Next(arguments, row, token);
        var panelBytes = Rows * arguments->RowBytes;
        for (var k = 0; k < arguments->K; k += PanelLayout.ChunkElements)
        {
            var end = Math.Min(k + PanelLayout.ChunkElements, arguments->K);
            var staysHere = end < arguments->K || arguments->Gate is not null;
            Unpack(arguments, k, end - k, row, rows);
            var record = (long)k / PanelLayout.BlockElements * _activations.RecordBytes;
            var call = new PanelGemmArguments
            {
                Weights = arguments->Scratch + PanelScratch.Bytes,
                Activations = _scattered
                    ? (byte*)(arguments->ActivationRows + token)
                    : arguments->Activations + (token * arguments->ActivationStride) + record,
                Source = k > 0 ? sums : (byte*)(arguments->Start + (token * arguments->StartStride) + row),
                SourceStride = k > 0 ? sumStride : arguments->StartStride * sizeof(float),
                Target = staysHere ? sums : output,
                TargetStride = staysHere ? sumStride : outputStride,
                Record = record,
                Blocks = (end - k) / PanelLayout.BlockElements,
                ActivationStride = arguments->ActivationStride,
                RowMask = rows == Rows ? uint.MaxValue : (1UL << rows) - 1,
            };

            // The next panel lies behind this one in one piece, and is fetched so, a share with each chunk: memory is slower with a line here and a line there.
            var (from, to) = (panelBytes * k / arguments->K, panelBytes * end / arguments->K);
            Multiply(call, tokens, k > 0 || starts ? _further : _fresh, next + from, next is null ? 0 : to - from);
        }

        if (arguments->Gate is not null)
        {
            Gate(arguments, row, rows, token, tokens);
        }
    }

    /// <summary>The sums of a panel become gated results.</summary>
    private void Gate(MatMulArguments* arguments, int row, int rows, int token, int tokens)
    {
        var sums = (float*)(arguments->Scratch + SumsOffset);
        for (var i = 0; i < tokens; i++)
        {
            var gate = arguments->Gate + ((token + i) * arguments->GateStride) + row;
            for (var line = 0; line < SumStride; line += PanelLayout.VectorBytes)
            {
                // Each token's gates lie a whole row apart, which no hardware prefetch foresees.
                Sse.Prefetch0((byte*)(gate + (GatesAhead * arguments->GateStride)) + line);
            }

            arguments->Activate(gate, sums + (i * Rows), arguments->Output + ((token + i) * arguments->OutputStride) + row, rows);
        }
    }

    /// <summary>The rows that are unpacked next; null for none.</summary>
    private static byte* Next(MatMulArguments* arguments, int row, int token)
    {
        var first = arguments->RowStart * arguments->RowBytes;
        return row + Rows < arguments->RowEnd ? arguments->Weights + ((row + Rows) * arguments->RowBytes)
            : token + TokensTogether < arguments->Tokens ? arguments->Weights + first
            : arguments->WeightsNext is not null ? arguments->WeightsNext + first
            : null;
    }

    /// <summary>Where each token's sums wait for the next chunk.</summary>
    private float** SumRows(MatMulArguments* arguments) => (float**)(arguments->Scratch + SumsOffset + (TokensTogether * SumStride));

    private void Unpack(MatMulArguments* arguments, int k, int elements, int row, int rows)
    {
        var scratch = new PanelScratch(arguments->Scratch);
        for (var panel = 0; panel < PanelLayout.Panels; panel++)
        {
            // Where the second panel has no row, the last one of the first stands in.
            var first = Math.Min(panel * PanelLayout.PanelRows, rows - 1);
            _unpacker.Unpack(
                arguments->Weights + ((row + first) * arguments->RowBytes), arguments->RowBytes, Math.Min(PanelLayout.PanelRows, rows - first), k, elements, scratch,
                arguments->Scratch + PanelScratch.Bytes + (panel * PanelLayout.VectorBytes));
        }
    }

    /// <summary>All tokens in passes that are as equal as can be: few tokens wait for their own sums.</summary>
    /// <param name="call">The first pass.</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="kernels">That of n + 1 tokens at n.</param>
    /// <param name="ahead">Weights to fetch meanwhile.</param>
    /// <param name="aheadBytes">How many.</param>
    private void Multiply(PanelGemmArguments call, int tokens, MachineKernel[] kernels, byte* ahead, long aheadBytes)
    {
        var passes = (tokens + s_maxTokens - 1) / s_maxTokens;
        var (together, larger) = Math.DivRem(tokens, passes);
        for (var pass = 0; pass < passes;)
        {
            var isLarger = pass < larger;
            var size = isLarger ? together + 1 : together;

            // What is left to fetch takes a pass at a time. Then the kernel, which always fetches, has what is in the first-level cache anyway.
            call.Repetitions = aheadBytes > 0 ? 1 : (isLarger ? larger : passes) - pass;
            call.Ahead = aheadBytes > 0 ? ahead : call.Weights;
            ahead += call.Blocks * PanelGemmEmitter.AheadBytes;
            aheadBytes -= call.Blocks * PanelGemmEmitter.AheadBytes;
            pass += (int)call.Repetitions;
            var done = call.Repetitions * size;
            kernels[size - 1].Run(&call);
            call.Source += done * (_scattered ? sizeof(long) : call.SourceStride);
            call.Target += done * (_scattered ? sizeof(long) : call.TargetStride);
        }
    }
}

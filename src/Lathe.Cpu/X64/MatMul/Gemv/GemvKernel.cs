using Lathe.Cpu.MatMul;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>The emitted gemv of one weight type and row length: cuts a thread's rows into the streams that the machine code walks in lockstep.</summary>
internal sealed unsafe class GemvKernel : MatrixKernel
{
    /// <summary>Rows that several passes of tokens share while they are in the second-level cache.</summary>
    private const int RowsPerPass = 128;

    /// <summary>Tokens that one pass over the weights serves.</summary>
    private static readonly int[] s_together = [1, 2, 4];

    private readonly GemvLayout _layout;
    private readonly MachineKernel?[] _byTokens = new MachineKernel?[s_together[^1] + 1];
    private readonly MachineKernel _pack;

    /// <param name="k">Values per row.</param>
    /// <param name="tokens">Most tokens that it will be asked for.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public GemvKernel(GemvFormat format, int k, int tokens)
    {
        _layout = new GemvLayout(format, k);
        _pack = KernelCache.Get(new GemvPackEmitter(GemvFormats.Create(format.Type), _layout));
        foreach (var together in s_together.Where(together => together <= tokens))
        {
            _byTokens[together] = KernelCache.Get(new GemvEmitter(GemvFormats.Create(format.Type), k, together));
        }
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, int k) =>
    [
        .. s_together.Select(together => Disassembly.List(new GemvEmitter(GemvFormats.Create(type), k, together))),
        Disassembly.List(new GemvPackEmitter(GemvFormats.Create(type), new GemvLayout(GemvFormats.Create(type), k))),
    ];

    public override string? ActivationForm => _layout.Name;

    public override int ScratchBytes => 0;

    public override int RowMultiple => 1;

    public override long ActivationBytesPerRow(int k) => _layout.RowBytes;

    public override void Pack(float* x, byte* row, int k)
    {
        var steps = k / GemvLayout.StepElements;
        if ((steps > 0 && !TryPack(x, row, steps)) || (k % GemvLayout.StepElements != 0 && !TryPackTail(x, row, k)))
        {
            _layout.Pack(x, row);
        }
    }

    public override void Run(MatMulArguments* arguments)
    {
        if (arguments->RowStart == arguments->RowEnd)
        {
            return;
        }

        if (arguments->Tokens == 1)
        {
            Run(arguments, arguments->RowStart, arguments->RowEnd, 0, 1);
            return;
        }

        for (var row = arguments->RowStart; row < arguments->RowEnd; row += RowsPerPass)
        {
            var token = 0;
            while (token < arguments->Tokens)
            {
                var left = arguments->Tokens - token;
                var together = left >= 4 ? 4 : left >= 2 ? 2 : 1;
                Run(arguments, row, Math.Min(row + RowsPerPass, arguments->RowEnd), token, together);
                token += together;
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
    private bool TryPackTail(float* x, byte* row, int k)
    {
        var (steps, left) = Math.DivRem(k, GemvLayout.StepElements);
        var padded = stackalloc float[GemvLayout.StepElements];
        new Span<float>(x + (k - left), left).CopyTo(new Span<float>(padded, left));
        new Span<float>(padded + left, GemvLayout.StepElements - left).Clear();
        return TryPack(padded, row + (steps * (long)_layout.RecordBytes), 1);
    }

    private void Run(MatMulArguments* arguments, int start, int end, int token, int tokens)
    {
        var streams = GemvEmitter.StreamsOf(tokens);
        var rows = (end - start + streams - 1) / streams;
        var call = new GemvArguments
        {
            Activations = arguments->Activations + (token * arguments->ActivationStride),
            RowCount = rows,
            OutputStride = arguments->OutputStride * sizeof(float),
        };
        for (var stream = 0; stream < streams; stream++)
        {
            // Where the rows do not divide evenly, the last streams compute some rows of their neighbours again.
            var first = Math.Min(start + (stream * rows), end - rows);
            call.Rows[stream] = (nint)(arguments->Weights + (first * arguments->RowBytes));
            call.Outputs[stream] = (nint)(arguments->Output + (token * arguments->OutputStride) + first);
        }

        _byTokens[tokens]!.Run(&call);
    }
}

using Lathe.Cpu.MatMul;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>Calls an emitted gemv: cuts a thread's rows into the streams that the machine code walks in lockstep, and its tokens into passes.</summary>
internal sealed unsafe class GemvStreams
{
    /// <summary>Rows that several passes of tokens share while they are in the second-level cache.</summary>
    private const int RowsPerPass = 128;

    private readonly MachineKernel?[] _byTokens = new MachineKernel?[TokensTogether[^1] + 1];
    private readonly Func<int, int> _streamsOf;
    private readonly int _together;

    /// <param name="tokens">Most tokens that one pass shall serve.</param>
    /// <param name="emitter">Writes the code for a number of tokens; it reads <see cref="GemvArguments"/>.</param>
    /// <param name="streamsOf">How many streams that code walks.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public GemvStreams(int tokens, Func<int, KernelEmitter> emitter, Func<int, int> streamsOf)
    {
        _streamsOf = streamsOf;
        foreach (var together in TokensTogether.Where(together => together <= tokens))
        {
            _byTokens[together] = KernelCache.Get(emitter(together));
            _together = together;
        }
    }

    /// <summary>Tokens that one pass over the weights can serve.</summary>
    public static IReadOnlyList<int> TokensTogether { get; } = [1, 2, 4];

    public void Run(MatMulArguments* arguments)
    {
        if (arguments->RowStart == arguments->RowEnd)
        {
            return;
        }

        if (arguments->Tokens <= _together && _byTokens[arguments->Tokens] is not null)
        {
            Run(arguments, arguments->RowStart, arguments->RowEnd, 0, arguments->Tokens);
            return;
        }

        for (var row = arguments->RowStart; row < arguments->RowEnd; row += RowsPerPass)
        {
            var token = 0;
            while (token < arguments->Tokens)
            {
                var left = arguments->Tokens - token;
                var together = Math.Min(left >= 4 ? 4 : left >= 2 ? 2 : 1, _together);
                Run(arguments, row, Math.Min(row + RowsPerPass, arguments->RowEnd), token, together);
                token += together;
            }
        }
    }

    private void Run(MatMulArguments* arguments, int start, int end, int token, int tokens)
    {
        var streams = _streamsOf(tokens);
        var rows = (end - start + streams - 1) / streams;
        var call = new GemvArguments
        {
            Activations = arguments->Activations + (token * arguments->ActivationStride),
            RowCount = rows,
            OutputStride = arguments->OutputStride * sizeof(float),
            RowBytes = arguments->RowBytes,
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

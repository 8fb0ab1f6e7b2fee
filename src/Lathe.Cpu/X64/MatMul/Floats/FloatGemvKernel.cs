using Lathe.Cpu.MatMul;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>The emitted gemv of one float type and row length: cuts a thread's rows into the streams that the machine code walks in lockstep.</summary>
internal sealed unsafe class FloatGemvKernel : MatrixKernel
{
    /// <summary>Bytes of the rows that several passes of tokens share while they are in the second-level cache.</summary>
    private const int PassBytes = 512 << 10;

    /// <summary>Tokens that one pass over the weights serves.</summary>
    private static readonly int[] s_together = [1, 2, 4];

    private readonly MachineKernel?[] _byTokens = new MachineKernel?[s_together[^1] + 1];

    /// <param name="type">Weight type.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="tokens">Most tokens that it will be asked for.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public FloatGemvKernel(GgmlType type, int k, int tokens)
    {
        foreach (var together in s_together.Where(together => together <= tokens))
        {
            _byTokens[together] = KernelCache.Get(new FloatGemvEmitter(type, k, together));
        }
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, int k) => s_together.Select(together => Disassembly.List(new FloatGemvEmitter(type, k, together)));

    public override string? ActivationForm => null;

    public override int ScratchBytes => 0;

    public override int RowMultiple => 1;

    public override long ActivationBytesPerRow(int k) => (long)k * sizeof(float);

    public override void Run(MatMulArguments* arguments)
    {
        if (arguments->Tokens == 1)
        {
            Run(arguments, arguments->RowStart, arguments->RowEnd, 0, 1);
            return;
        }

        var rowsPerPass = (int)Math.Max(PassBytes / arguments->RowBytes, FloatGemvArguments.MaxStreams);
        for (var row = arguments->RowStart; row < arguments->RowEnd; row += rowsPerPass)
        {
            var token = 0;
            while (token < arguments->Tokens)
            {
                var left = arguments->Tokens - token;
                var together = left >= 4 ? 4 : left >= 2 ? 2 : 1;
                Run(arguments, row, Math.Min(row + rowsPerPass, arguments->RowEnd), token, together);
                token += together;
            }
        }
    }

    private void Run(MatMulArguments* arguments, int start, int end, int token, int tokens)
    {
        if (start == end)
        {
            return;
        }

        var streams = FloatGemvEmitter.StreamsOf(tokens);
        var rows = (end - start + streams - 1) / streams;
        var call = new FloatGemvArguments
        {
            Activations = arguments->Activations + (token * arguments->ActivationStride),
            ActivationStride = arguments->ActivationStride,
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

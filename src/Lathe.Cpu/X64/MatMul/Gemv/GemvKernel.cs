using Lathe.Cpu.MatMul;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>The emitted gemv of one weight type and row length.</summary>
internal sealed unsafe class GemvKernel : MatrixKernel
{
    private readonly GemvLayout _layout;
    private readonly MachineKernel _pack;
    private readonly GemvStreams _streams;

    /// <param name="format">The format.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="tokens">Most tokens that it will be asked for.</param>
    /// <param name="specialized">False for the generic form of the code, which reads the length of the rows, a multiple of 256, from its arguments and takes one
    /// token at a time.</param>
    /// <param name="hasByteOperations">False for the form that the first processors with <c>vpdpbusd</c> run; null for what this one has.</param>
    /// <param name="walk">How the rows are walked; null for what suits this processor.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public GemvKernel(GemvFormat format, int k, int tokens, bool specialized = true, bool? hasByteOperations = null, RowStreams? walk = null)
    {
        var rows = walk ?? RowStreams.OfProcessor;
        _layout = new GemvLayout(format, k);
        _pack = KernelCache.Get(new GemvPackEmitter(GemvFormats.Create(format.Type), _layout));
        _streams = new GemvStreams(
            specialized ? tokens : 1,
            together => new GemvEmitter(GemvFormats.Create(format.Type), specialized ? k : null, together)
            {
                HasByteOperations = hasByteOperations ?? X64Features.Avx512Bytes,
                Walk = rows,
            },
            together => GemvEmitter.StreamsOf(rows, together));
    }

    /// <summary>How it reads activations.</summary>
    public GemvLayout Layout => _layout;

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, int k, bool specialized = true) =>
    [
        .. (specialized ? GemvStreams.TokensTogether : [1])
            .Select(together => Disassembly.List(new GemvEmitter(GemvFormats.Create(type), specialized ? k : null, together))),
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

    public override void Run(MatMulArguments* arguments) => _streams.Run(arguments);

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
}

using Lathe.Cpu.MatMul;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>The emitted 256-bit gemv of one weight type and row length.</summary>
internal sealed unsafe class Gemv256Kernel : MatrixKernel
{
    private readonly Gemv256Layout _layout;
    private readonly GemvStreams _streams;

    /// <param name="type">The weights' type.</param>
    /// <param name="level">What the code may use.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="tokens">Most tokens that it will be asked for.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public Gemv256Kernel(GgmlType type, X64Level level, int k, int tokens)
    {
        _layout = Gemv256Formats.Create(type).CreateLayout(level, k);
        _streams = new GemvStreams(tokens, together => Gemv256Formats.Create(type).CreateEmitter(level, k, together), Gemv256Emitter.StreamsOf);
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, X64Level level, int k) =>
        GemvStreams.TokensTogether.Select(together => Disassembly.List(Gemv256Formats.Create(type).CreateEmitter(level, k, together)));

    public override string? ActivationForm => _layout.Name;

    public override int ScratchBytes => 0;

    public override int RowMultiple => 1;

    public override long ActivationBytesPerRow(int k) => _layout.RowBytes;

    public override void Pack(float* x, byte* row, int k) => _layout.Pack(x, row);

    public override void Run(MatMulArguments* arguments) => _streams.Run(arguments);
}

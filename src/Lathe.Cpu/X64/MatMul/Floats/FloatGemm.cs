using Lathe.Cpu.Execution;
using Lathe.Cpu.MatMul;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>Rows of f32, f16 or bf16 times many tokens: 128 rows by 512 units are packed once, and all tokens run over them.</summary>
/// <param name="shape">What is baked.</param>
/// <param name="tokens">Most tokens of a call.</param>
/// <param name="packsItself">True if activations come as f32 rows and every call packs them.</param>
/// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
internal sealed unsafe class FloatGemm(FloatGemmShape shape, int tokens, bool packsItself) : MatrixKernel
{
    private readonly FloatGemmKernels _kernels = new(shape);

    public override string? ActivationForm => packsItself ? null : shape.Product == FloatProduct.F32 ? "f32.blocks" : "bf16.blocks";

    public override int PackedRows => FloatGemmLayout.Tokens;

    public override int ScratchBytes => checked((int)(FloatGemmLayout.PanelsBytes + (packsItself ? FloatGemmLayout.ActivationBytes(shape.Units, tokens) : 0)));

    public override int RowMultiple => FloatGemmLayout.Rows;

    public override long ActivationBytesPerRow(int k) => packsItself ? (long)k * sizeof(float) : (long)shape.Units * FloatGemmLayout.UnitBytes;

    public override CpuStep CreatePacking(GraphValue value, CpuBuffer from, CpuBuffer to) => new PackFloats(_kernels, shape.Units, value, from, to);

    public override void Run(MatMulArguments* arguments)
    {
        var activations = arguments->Activations;
        if (packsItself)
        {
            activations = arguments->Scratch + FloatGemmLayout.PanelsBytes;
            _kernels.PackActivations(arguments->Activations, arguments->ActivationStride, arguments->Tokens, activations);
        }

        for (var row = arguments->RowStart; row < arguments->RowEnd; row += FloatGemmLayout.RowsTogether)
        {
            var rows = Math.Min(FloatGemmLayout.RowsTogether, arguments->RowEnd - row);
            for (var unit = 0; unit < shape.Units; unit += FloatGemmLayout.ChunkUnits)
            {
                _kernels.PackWeights(arguments->Weights + (row * arguments->RowBytes), arguments->RowBytes, rows, unit, arguments->Scratch);
                Multiply(arguments, row, rows, unit, activations);
            }
        }
    }

    private void Multiply(MatMulArguments* arguments, int row, int rows, int unit, byte* activations)
    {
        for (var token = 0; token < arguments->Tokens; token += FloatGemmLayout.Tokens)
        {
            var call = new FloatGemmArguments
            {
                Weights = arguments->Scratch,
                Activations = activations + FloatGemmLayout.ActivationBytes(shape.Units, token) + ((long)unit * FloatGemmLayout.BlockUnitBytes),
                Output = arguments->Output + (token * arguments->OutputStride) + row,
                OutputStride = arguments->OutputStride * sizeof(float),
                Rows = rows,
                Tokens = Math.Min(arguments->Tokens - token, FloatGemmLayout.Tokens),
            };
            _kernels.Multiply(&call, unit);
        }
    }
}

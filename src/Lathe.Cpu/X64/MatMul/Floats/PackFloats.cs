using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>Brings the rows of a value into the blocks that the float gemm reads.</summary>
internal sealed unsafe class PackFloats(FloatGemmKernels kernels, int units, GraphValue value, CpuBuffer from, CpuBuffer to)
    : CpuStep(BufferAccess.Read(from, AccessPattern.Whole), BufferAccess.Write(to, AccessPattern.Whole))
{
    public override void Run(in StepContext context)
    {
        var rows = context.Rows(value.Rows);
        var (start, end) = context.Share((rows + FloatGemmLayout.Tokens - 1) / FloatGemmLayout.Tokens);
        if (start == end)
        {
            return;
        }

        var row = start * FloatGemmLayout.Tokens;
        kernels.PackActivations(
            from.Row(context.Thread, row), from.FloatStride * sizeof(float), Math.Min(rows, end * FloatGemmLayout.Tokens) - row,
            to.Row(context.Thread, 0) + FloatGemmLayout.ActivationBytes(units, row));
    }
}

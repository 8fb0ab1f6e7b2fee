using Lathe.Cpu.Threading;

namespace Lathe.Benchmarks.Quantization;

/// <summary>All threads expand a sample to a matrix of f32 in memory, a share of the rows each.</summary>
internal sealed unsafe class DequantizeRows(WeightSample sample, VectorDequantizer kernel, float* values) : ParallelWork
{
    public override void Run(int thread, SpinBarrier barrier)
    {
        for (var row = WeightSample.Rows * thread / barrier.Participants; row < WeightSample.Rows * (thread + 1) / barrier.Participants; row++)
        {
            kernel.Run(sample.Row(row), values + ((long)row * WeightSample.RowElements), WeightSample.RowElements);
        }
    }
}

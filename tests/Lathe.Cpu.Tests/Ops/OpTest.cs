using Lathe.Cpu.Execution;
using Lathe.Cpu.Memory;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Runs one node through one route. Buffers lie in memory full of sentinels, so that what a step writes outside its rows is seen;
/// the threads run one after the other, which is allowed because a step has no barrier inside.</summary>
internal sealed unsafe class OpTest(GraphShape shape, int threads, CpuKvStorage? kv = null) : IDisposable
{
    private const uint Sentinel = 0x7FA5_A5A5; // a NaN that no computation makes
    private const int GuardBytes = 256;
    private const int Runs = 2; // a compiled step is run again and again

    private readonly Dictionary<CpuBuffer, AlignedMemory> _memory = [];
    private readonly HashSet<CpuBuffer> _inputs = [];
    private readonly StepBuilder _builder = new(shape, threads, kv);

    public static int[] ThreadCounts { get; } = [1, 2, 3];

    /// <summary>Makes the rows of an input.</summary>
    /// <param name="rowWise">True if the input comes from a row-wise step, so that each thread reads a copy of its own where rows are replicated.</param>
    public void SetInput(GraphValue value, float[] rows, bool rowWise = false)
    {
        var buffer = _builder.Output(value, rowWise);
        Bind(buffer);
        _inputs.Add(buffer);
        for (var row = 0; row < rows.Length / value.Width; row++)
        {
            for (var copy = 0; copy < Copies(buffer); copy++)
            {
                rows.AsSpan(row * value.Width, value.Width).CopyTo(new Span<float>(buffer.FloatRow(copy, row), value.Width));
            }
        }
    }

    /// <summary>Runs <paramref name="node"/> and returns its output: rows of the batch, one after the other.</summary>
    public float[] Run(CpuRoute route, GraphNode node, Batch batch)
    {
        Assert.Null(route.WhyNot(node));
        var step = route.Compile(node, _builder);
        List<CpuStep> steps = [.. _builder.TakePending(), step];
        var buffers = _builder.Buffers.Concat(_builder.ScratchBuffers.Select(item => item.Buffer)).Concat(steps.SelectMany(each => each.Accesses).Select(access => access.Buffer));
        foreach (var buffer in buffers.Distinct().Where(buffer => !_memory.ContainsKey(buffer)).ToArray())
        {
            Bind(buffer);
        }

        AssertThreadsDoNotMeet(step);
        for (var run = 0; run < Runs; run++)
        {
            foreach (var (_, memory) in _memory.Where(entry => !_inputs.Contains(entry.Key)))
            {
                FillWithSentinels(memory);
            }

            foreach (var each in steps)
            {
                for (var thread = 0; thread < threads; thread++)
                {
                    each.Run(new StepContext(batch, thread, threads));
                }
            }
        }

        foreach (var (buffer, memory) in _memory)
        {
            var guard = new ReadOnlySpan<uint>(memory.Pointer + (buffer.CopyBytes * Copies(buffer)), GuardBytes / sizeof(uint));
            Assert.False(guard.ContainsAnyExcept(Sentinel), $"{route.Id} wrote behind {buffer.Name}");
        }

        return node.Output is { } output ? ReadRows(route, output, new StepContext(batch, 0, threads).Rows(output.Rows)) : [];
    }

    public void Dispose()
    {
        foreach (var memory in _memory.Values)
        {
            memory.Dispose();
        }
    }

    private int Copies(CpuBuffer buffer) => buffer.Replicated ? threads : 1;

    private static void FillWithSentinels(AlignedMemory memory) =>
        new Span<uint>(memory.Pointer, (int)(memory.Bytes / sizeof(uint))).Fill(Sentinel);

    private void Bind(CpuBuffer buffer)
    {
        var bytes = buffer.CopyBytes * Copies(buffer);
        var memory = new AlignedMemory(bytes + GuardBytes);
        FillWithSentinels(memory);
        buffer.Bind(memory.Pointer, buffer.CopyBytes);
        _memory.Add(buffer, memory);
    }

    /// <summary>No two threads of one step may write the same place: it has no barrier inside.</summary>
    private void AssertThreadsDoNotMeet(CpuStep step)
    {
        foreach (var write in step.Accesses.Where(access => access.Writes && access.Pattern.Kind != AccessKind.Whole))
        {
            Assert.False(write.Conflicts(write, Division.Equal(threads)));
        }
    }

    private float[] ReadRows(CpuRoute route, GraphValue value, int count)
    {
        var buffer = _builder.Input(value);
        var result = new float[count * value.Width];
        for (var copy = 0; copy < Copies(buffer); copy++)
        {
            for (var row = 0; row < buffer.Rows; row++)
            {
                var floats = new ReadOnlySpan<float>(buffer.FloatRow(copy, row), (int)buffer.FloatStride);
                var written = row < count ? value.Width : 0;
                var rest = System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(floats[written..]);
                Assert.False(rest.ContainsAnyExcept(Sentinel), $"{route.Id} wrote beyond row {row} of its output");
                if (row < count && copy == 0)
                {
                    floats[..written].CopyTo(result.AsSpan(row * value.Width));
                }
                else if (row < count)
                {
                    Assert.True(floats[..written].SequenceEqual(result.AsSpan(row * value.Width, written)), $"{route.Id}: the copies of row {row} differ");
                }
            }
        }

        return result;
    }
}

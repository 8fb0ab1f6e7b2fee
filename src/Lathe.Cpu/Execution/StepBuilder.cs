using Lathe.Cpu.Memory;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Execution;

/// <summary>Gives routes the buffers of the graph that is being compiled, and takes the steps that they need before their own.</summary>
public sealed class StepBuilder(GraphShape shape, int threads, CpuKvStorage? kv)
{
    private readonly Dictionary<int, CpuBuffer> _values = [];
    private readonly Dictionary<(int Value, string Form), CpuBuffer> _derived = [];
    private readonly Dictionary<int, CpuBuffer> _kvMarkers = [];
    private readonly List<(CpuBuffer Buffer, long Offset)> _scratch = [];
    private long _scratchOffset;
    private readonly List<CpuStep> _pending = [];
    private bool _isBeside;
    private CpuBuffer? _beside;

    public int Threads { get; } = threads;

    public GraphShape Shape { get; } = shape;

    /// <summary>True if a token's result must not depend on how many tokens or threads there are: a route then takes the kernel that it would take for
    /// many tokens, whatever the shape.</summary>
    public bool BatchInvariant { get; init; }

    /// <summary>The KV pages that attention reads and the store step writes.</summary>
    public CpuKvStorage Kv => kv ?? throw new InvalidOperationException("this graph was compiled without a KV cache");

    /// <summary>True if steps that work row by row are run by every thread on a copy of its own: with one token that is cheaper than a barrier.</summary>
    /// <remarks>Not under <see cref="BatchInvariant"/>: steps for many tokens then run on one, and those divide their rows.</remarks>
    public bool Replicates => Shape.Tokens == 1 && Threads > 1 && !BatchInvariant;

    /// <summary>Every value buffer and derived buffer so far.</summary>
    public IEnumerable<CpuBuffer> Buffers => _values.Values.Concat(_derived.Values);

    /// <summary>Every scratch buffer so far, with its offset in the scratch memory of a thread.</summary>
    public IReadOnlyList<(CpuBuffer Buffer, long Offset)> ScratchBuffers => _scratch;

    /// <summary>The f32 rows of a value that an earlier node made.</summary>
    public CpuBuffer Input(GraphValue value) => _values[value.Id];

    /// <summary>The f32 rows of the value that a node makes.</summary>
    /// <param name="rowWise">True if the step computes whole rows independently and honours <see cref="CpuBuffer.Replicated"/>:
    /// on a replicated output each thread computes every row into its own copy.</param>
    public CpuBuffer Output(GraphValue value, bool rowWise)
    {
        var name = _isBeside ? $"v{value.Id}.beside" : $"v{value.Id}";
        var buffer = new CpuBuffer(name, AlignedMemory.RoundUp((long)value.Width * sizeof(float)), Shape.Rows(value.Rows), rowWise && Replicates);
        if (_isBeside)
        {
            _beside = buffer;
        }
        else
        {
            _values.Add(value.Id, buffer);
        }

        return buffer;
    }

    /// <summary>Another form of a value's rows (quantised activations), made by one step however many nodes read it.</summary>
    /// <param name="form">Name of the form.</param>
    /// <param name="rowBytes">Bytes per row.</param>
    /// <param name="convert">Makes the row-wise step that fills the form from the value's rows.</param>
    /// <param name="rowMultiple">The buffer gets a multiple of this many rows.</param>
    public CpuBuffer Derived(GraphValue value, string form, long rowBytes, Func<CpuBuffer, CpuBuffer, CpuStep> convert, int rowMultiple = 1)
    {
        if (!_derived.TryGetValue((value.Id, form), out var buffer))
        {
            buffer = new CpuBuffer($"v{value.Id}.{form}", AlignedMemory.RoundUp(rowBytes), (Shape.Rows(value.Rows) + rowMultiple - 1) / rowMultiple * rowMultiple, Replicates);
            _derived.Add((value.Id, form), buffer);
            _pending.Add(convert(Input(value), buffer));
        }

        return buffer;
    }

    /// <summary>Adds a step that runs before the node's own.</summary>
    public void Before(CpuStep step) => _pending.Add(step);

    /// <summary>Working memory of one step: one row for each thread, garbage when the step starts. Buffers of one node lie side by side,
    /// those of different nodes share memory.</summary>
    public CpuBuffer Scratch(string name, long bytesPerThread)
    {
        var buffer = new CpuBuffer(name, AlignedMemory.RoundUp(bytesPerThread), 1, replicated: true);
        _scratch.Add((buffer, _scratchOffset));
        _scratchOffset += buffer.CopyBytes;
        return buffer;
    }

    /// <summary>Compiles a node once more, by another route, into a buffer of its own beside the value's: for comparisons.</summary>
    /// <returns>The step, and its output; null if the node has none.</returns>
    public (CpuStep Step, CpuBuffer? Output) CompileBeside(CpuRoute route, GraphNode node)
    {
        _isBeside = true;
        _beside = null;
        try
        {
            return (route.Compile(node, this), _beside);
        }
        finally
        {
            _isBeside = false;
        }
    }

    /// <summary>Stands for the KV pages of a layer in the accesses of the steps that write and read them: columns are KV heads, and there is no memory behind it.</summary>
    public CpuBuffer KvMarker(int layer)
    {
        if (!_kvMarkers.TryGetValue(layer, out var marker))
        {
            marker = new CpuBuffer($"kv{layer}", 0, 0, replicated: false);
            _kvMarkers.Add(layer, marker);
        }

        return marker;
    }

    /// <summary>Ends a node: the steps that <see cref="Derived"/> asked for since the last call, in order.</summary>
    public IReadOnlyList<CpuStep> TakePending()
    {
        CpuStep[] steps = [.. _pending];
        _pending.Clear();
        _scratchOffset = 0;
        return steps;
    }
}

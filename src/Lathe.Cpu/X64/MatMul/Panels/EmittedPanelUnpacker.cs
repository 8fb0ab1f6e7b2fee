using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Unpacks in machine code, for the types whose format can write it.</summary>
internal sealed unsafe class EmittedPanelUnpacker : IPanelUnpacker
{
    private const int StepElements = GemvLayout.StepElements;

    private readonly GemvFormat _format;
    private readonly MachineKernel? _whole;
    private readonly MachineKernel? _last;
    private readonly int _stepBytes;

    /// <param name="type">Weight type.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="layout">The target.</param>
    /// <param name="exactScales">See <see cref="PanelGemmShape"/>.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public EmittedPanelUnpacker(GgmlType type, int k, PanelLayout layout, bool exactScales)
    {
        _format = GemvFormats.Create(type);
        _stepBytes = StepElements / PanelLayout.BlockElements * layout.BlockBytes;
        _whole = k < StepElements ? null : KernelCache.Get(Emitter(type, StepElements, layout, exactScales));
        _last = k % StepElements == 0 ? null : KernelCache.Get(Emitter(type, k % StepElements, layout, exactScales));
    }

    /// <summary>All machine code for rows of <paramref name="k"/> values.</summary>
    public static IEnumerable<KernelListing> List(GgmlType type, int k, PanelLayout layout, bool exactScales)
    {
        if (k >= StepElements)
        {
            yield return Disassembly.List(Emitter(type, StepElements, layout, exactScales));
        }

        if (k % StepElements != 0)
        {
            yield return Disassembly.List(Emitter(type, k % StepElements, layout, exactScales));
        }
    }

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, PanelScratch scratch, byte* target)
    {
        var call = new PanelUnpackArguments
        {
            Row = rows + ((long)(first / _format.BlockElements) * _format.BlockBytes),
            RowBytes = rowBytes,
            Rows = count,
            Staging = scratch.Staging,
            StagedScales = scratch.StagedScales,
            StagedMinima = scratch.StagedMinima,
            Target = target,
        };
        for (var k = 0; k < elements; k += StepElements)
        {
            (elements - k < StepElements ? _last : _whole)!.Run(&call);
            call.Row += _format.StepBytes;
            call.Target += _stepBytes;
        }
    }

    private static PanelUnpackEmitter Emitter(GgmlType type, int elements, PanelLayout layout, bool exactScales)
    {
        var format = GemvFormats.Create(type);
        return new PanelUnpackEmitter(format, elements / format.BlockElements, layout, exactScales);
    }
}

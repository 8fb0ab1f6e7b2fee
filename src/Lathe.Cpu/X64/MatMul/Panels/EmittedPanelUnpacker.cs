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

    /// <param name="k">Values per row.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public EmittedPanelUnpacker(GgmlType type, int k)
    {
        _format = GemvFormats.Create(type);
        _whole = k < StepElements ? null : Kernel(type, _format.BlocksPerStep);
        _last = k % StepElements == 0 ? null : Kernel(type, k % StepElements / _format.BlockElements);
    }

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, PanelScratch panel)
    {
        var call = new PanelUnpackArguments
        {
            Row = rows + ((long)(first / _format.BlockElements) * _format.BlockBytes),
            RowBytes = rowBytes,
            Rows = count,
            Staging = panel.Staging,
            StagedScales = panel.StagedScales,
            StagedMinima = panel.StagedMinima,
            Codes = panel.Codes,
            Scales = panel.Scales,
            Minima = panel.Minima,
        };
        for (var k = 0; k < elements; k += StepElements)
        {
            (elements - k < StepElements ? _last : _whole)!.Run(&call);
            call.Row += _format.StepBytes;
            call.Codes += StepElements * PanelLayout.PanelRows;
            call.Scales += StepElements / _format.GroupElements * PanelLayout.PanelRows;
            call.Minima += StepElements / _format.GroupElements * PanelLayout.PanelRows;
        }
    }

    private static MachineKernel Kernel(GgmlType type, int blocks) => KernelCache.Get(new PanelUnpackEmitter(GemvFormats.Create(type), blocks));
}

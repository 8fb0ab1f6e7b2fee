using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Brings 16 unpacked rows into the <see cref="PanelLayout"/>: takes the offset out of the codes, sums them for the starts of the products, and puts what belongs
/// to a block side by side.</summary>
/// <remarks>Three instructions for each 64 values.</remarks>
/// <param name="layout">The target.</param>
/// <param name="offset">What codes stand above their values by.</param>
/// <param name="exactScales">Starts carry the bits of <see cref="PanelLayout.ConversionMagic"/>.</param>
internal sealed class PanelFinishEmitter(PanelLayout layout, int offset, bool exactScales) : KernelEmitter
{
    private const int VectorBytes = PanelLayout.VectorBytes;

    public override string Key => $"finish panel {layout} offset={offset} exact={exactScales} vnni512";

    private static AssemblerRegisterZMM Offset => zmm31;

    private static AssemblerRegisterZMM ActivationOffset => zmm30;

    private static AssemblerRegisterZMM Start => zmm29;

    private static AssemblerRegisterZMM Magic => zmm28;

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + PanelFinishArguments.CodesOffset]);
        Code.mov(r8, __[Arguments + PanelFinishArguments.ScalesOffset]);
        Code.mov(r9, __[Arguments + PanelFinishArguments.MinimaOffset]);
        Code.mov(rdi, __[Arguments + PanelFinishArguments.TargetOffset]);
        Code.mov(rcx, __[Arguments + PanelFinishArguments.BlocksOffset]);
        Code.vmovdqu32(Offset, Repeated((byte)offset));
        Code.vmovdqu32(ActivationOffset, Repeated(PanelActivations.Offset));
        Code.vmovups(Magic, Repeated(PanelLayout.ConversionMagic));
        Code.vmovdqu32(Start, Repeated(exactScales ? BitConverter.SingleToInt32Bits(PanelLayout.ConversionMagic) : 0));
        var block = Code.CreateLabel();
        Code.Label(ref block);
        for (var group = 0; group < layout.Groups; group++)
        {
            Group(group);
        }

        Code.add(rsi, 8 * VectorBytes);
        Code.add(r8, layout.Groups * VectorBytes);
        Code.add(r9, layout.Groups * VectorBytes);
        Code.add(rdi, layout.BlockBytes);
        Code.dec(rcx);
        Code.jne(block);
    }

    private void Group(int group)
    {
        var (even, odd) = (zmm0, zmm1);
        Code.vpxord(even, even, even);
        Code.vpxord(odd, odd, odd);
        var quads = layout.GroupElements / 4;
        for (var quad = group * quads; quad < (group + 1) * quads; quad++)
        {
            var values = Zmm(2 + (quad % 8));
            Code.vmovdqa64(values, __zmmword_ptr[rsi + (VectorBytes * quad)]);
            if (offset != 0)
            {
                Code.vpsubb(values, values, Offset);
            }

            Code.vmovdqa64(__zmmword_ptr[rdi + PanelLayout.Quad(quad, 0)], values);
            Code.vpdpbusd(quad % 2 == 0 ? even : odd, ActivationOffset, values);
        }

        Code.vpaddd(even, even, odd);
        Code.vpsubd(even, Start, even);
        Code.vmovdqa64(__zmmword_ptr[rdi + layout.Start(group, 0)], even);
        Code.vmovaps(zmm10, __zmmword_ptr[r8 + (VectorBytes * group)]);
        Code.vmovaps(__zmmword_ptr[rdi + layout.Scale(group, 0)], zmm10);
        if (exactScales)
        {
            Code.vmulps(zmm10, zmm10, Magic);
            Code.vmovaps(__zmmword_ptr[rdi + layout.Shift(group, 0)], zmm10);
        }

        if (layout.HasMinima)
        {
            Code.vmovaps(zmm10, __zmmword_ptr[r9 + (VectorBytes * group)]);
            Code.vmovaps(__zmmword_ptr[rdi + layout.Minimum(group, 0)], zmm10);
        }
    }
}

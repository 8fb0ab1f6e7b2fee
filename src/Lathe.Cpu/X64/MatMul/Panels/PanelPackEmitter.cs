using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Quantises activations and writes the records of <see cref="PanelActivations"/>.</summary>
/// <remarks>Products with ones sum four codes to a lane; they are merged to the sums of 16 codes, or of 32, each of these in two lanes then.</remarks>
internal sealed class PanelPackEmitter(PanelActivations layout) : QuantizeEmitter
{
    public override string Key => $"quantize {layout.Name} vnni512";

    protected override int RecordBytes => layout.StepBytes;

    private static AssemblerRegisterZMM Sums => zmm6;

    protected override void Record()
    {
        ScaledSums();
        Codes();

        // The codes are no longer needed: their place passes the sums to the records.
        Code.vmovaps(__zmmword_ptr[rsp], Sums);
        for (var block = 0; block < PanelActivations.BlocksPerStep; block++)
        {
            var record = rdi + (block * layout.RecordBytes);
            Code.mov(eax, __dword_ptr[rsp + (ScalesOffset + (block * sizeof(float)))]);
            Code.mov(__dword_ptr[record + PanelActivations.ScaleOffset], eax);
            if (layout.Sums == 1)
            {
                Code.mov(ecx, __dword_ptr[rsp + (2 * block * sizeof(float))]);
                Code.mov(__dword_ptr[record + PanelActivations.SumsOffset], ecx);
            }
            else
            {
                Code.mov(rcx, __qword_ptr[rsp + (2 * block * sizeof(float))]);
                Code.mov(__qword_ptr[record + PanelActivations.SumsOffset], rcx);
            }
        }
    }

    private void ScaledSums()
    {
        var (ones, scales) = (zmm4, zmm5);
        Code.vmovdqu32(ones, Repeated<byte>(1));
        for (var vector = 0; vector < 4; vector++)
        {
            var sums = Zmm(6 + vector);
            Code.vpxord(sums, sums, sums);
            Code.vpdpbusd(sums, ones, __zmmword_ptr[rsp + (VectorBytes * vector)]);
        }

        MergeQuarters(Sums, zmm7, zmm8, zmm9, zmm10, Code.vpaddd);
        Code.vmovdqu32(zmm7, Constant<int>([.. Enumerable.Range(0, 16).Select(Transposed)]));
        Code.vpermd(Sums, zmm7, Sums);
        if (layout.Sums == 1)
        {
            Code.vpshufd(zmm7, Sums, 0b10_11_00_01);
            Code.vpaddd(Sums, Sums, zmm7);
        }

        Code.vmovdqu32(zmm7, Constant<int>([.. Enumerable.Range(0, 16).Select(lane => lane / 2)]));
        Code.vpermps(scales, zmm7, __zmmword_ptr[rsp + ScalesOffset]);
        Code.vcvtdq2ps(Sums, Sums);
        Code.vmulps(Sums, Sums, scales);
    }

    private void Codes()
    {
        Code.vmovdqu32(zmm4, Repeated(PanelActivations.Offset));
        for (var pair = 0; pair < PanelActivations.BlocksPerStep; pair += 2)
        {
            Code.vpxord(zmm0, zmm4, __zmmword_ptr[rsp + (VectorBytes * pair / 2)]);
            Code.vmovdqu32(__ymmword_ptr[rdi + (pair * layout.RecordBytes)], ymm0);
            Code.vextracti32x8(__ymmword_ptr[rdi + ((pair + 1) * layout.RecordBytes)], zmm0, 1);
        }
    }
}

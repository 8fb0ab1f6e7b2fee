using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Simd.Activations;

/// <summary>Gated activations with e^x as a polynomial. Threads divide the columns.</summary>
public sealed unsafe class GluSimd() : SimdRoute<GluNode>("glu", "e^x by a polynomial, relative error below 5e-7")
{
    public override string GuardSummary => "SwiGLU, GeGLU and the clamped SwiGLU of gpt-oss";

    protected override string? WhyNot(GluNode node) => Enum.IsDefined(node.Kind) ? null : $"{node.Name} is {node.Kind}, which is unknown";

    private protected override CpuStep Compile<TLanes, TVector>(GluNode node, StepBuilder builder)
    {
        CpuBuffer gate = builder.Input(node.Gate), up = builder.Input(node.Up), output = builder.Output(node.Result, rowWise: false);
        return node.Kind switch
        {
            GluKind.SwiGlu => new Step<TLanes, TVector, SwiGlu<TLanes, TVector>>(node, gate, up, output),
            GluKind.GeGlu => new Step<TLanes, TVector, GeGlu<TLanes, TVector>>(node, gate, up, output),
            GluKind.SwiGluOai => new Step<TLanes, TVector, SwiGluOai<TLanes, TVector>>(node, gate, up, output),
            _ => throw new ArgumentException($"unknown gated activation {node.Kind}"),
        };
    }

    private sealed class Step<TLanes, TVector, TActivation>(GluNode node, CpuBuffer gate, CpuBuffer up, CpuBuffer output)
        : ColumnStep(
            node.Gate.Rows,
            AccessPattern.ByColumns(node.Result.Width, Unit),
            BufferAccess.Read(gate, AccessPattern.ByColumns(node.Result.Width, Unit)),
            BufferAccess.Read(up, AccessPattern.ByColumns(node.Result.Width, Unit)),
            BufferAccess.Write(output, AccessPattern.ByColumns(node.Result.Width, Unit)))
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IGatedActivation<TVector>
    {
        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* g = gate.FloatRow(context.Thread, row), u = up.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            GatedRow<TLanes, TVector, TActivation>.Activate(g + start, u + start, y + start, end - start);
        }
    }
}

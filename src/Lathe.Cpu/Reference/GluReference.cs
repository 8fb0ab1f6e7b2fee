using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Reference;

/// <summary>Gated activation in f64. Threads divide the columns.</summary>
public sealed unsafe class GluReference() : ReferenceRoute<GluNode>("glu", "activates the gate in f64")
{
    protected override string? WhyNot(GluNode node) => Enum.IsDefined(node.Kind) ? null : $"{node.Name} is {node.Kind}, which is unknown";

    protected override CpuStep Compile(GluNode node, StepBuilder builder) =>
        new Step(node, builder.Input(node.Gate), builder.Input(node.Up), builder.Output(node.Result, rowWise: false));

    /// <summary>The formula of a kind.</summary>
    public static Func<double, double, double> Formula(GluKind kind) => kind switch
    {
        GluKind.SwiGlu => SwiGlu,
        GluKind.GeGlu => GeGlu,
        GluKind.SwiGluOai => SwiGluOai,
        _ => throw new ArgumentException($"unknown gated activation {kind}"),
    };

    private static double SwiGlu(double gate, double up) => gate / (1 + Math.Exp(-gate)) * up;

    private static double GeGlu(double gate, double up) =>
        0.5 * gate * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (gate + (0.044715 * gate * gate * gate)))) * up;

    private static double SwiGluOai(double gate, double up)
    {
        const double Alpha = 1.702, Limit = 7;
        gate = Math.Min(gate, Limit);
        return gate / (1 + Math.Exp(-Alpha * gate)) * (Math.Clamp(up, -Limit, Limit) + 1);
    }

    private sealed class Step(GluNode node, CpuBuffer gate, CpuBuffer up, CpuBuffer output)
        : ColumnStep(
            node.Gate.Rows,
            ColumnsOf(node),
            BufferAccess.Read(gate, ColumnsOf(node)),
            BufferAccess.Read(up, ColumnsOf(node)),
            BufferAccess.Write(output, ColumnsOf(node)))
    {
        private readonly Func<double, double, double> _activate = Formula(node.Kind);

        protected override void RunColumns(in StepContext context, int row, int start, int end)
        {
            float* g = gate.FloatRow(context.Thread, row), u = up.FloatRow(context.Thread, row), y = output.FloatRow(context.Thread, row);
            for (var i = start; i < end; i++)
            {
                y[i] = (float)_activate(g[i], u[i]);
            }
        }

        private static AccessPattern ColumnsOf(GluNode node) => AccessPattern.ByColumns(node.Result.Width, Unit);
    }
}

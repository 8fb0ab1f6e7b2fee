using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.Tests.Drift;

/// <summary>A matrix product that is wrong in one layer, and only behind the rows that a known-answer check looks at.</summary>
internal sealed class BrokenLayerRoute(CpuRoute inner, int layer, string weight) : CpuRoute
{
    public const string Name = "cpu.matmul.broken.simd";

    // A check computes the first 24 rows of a matrix.
    private const int FirstWrongColumn = 24;

    public override string Id => Name;

    public override string Op => inner.Op;

    public override string Summary => "wrong on purpose";

    public override string GuardSummary => inner.GuardSummary;

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 1000;

    public override double Tolerance => inner.Tolerance;

    public override string? WhyNot(GraphNode node) => inner.WhyNot(node);

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var step = inner.Compile(node, builder);
        return node.Layer == layer && node.Name.EndsWith(weight, StringComparison.Ordinal) ? new Step(step, builder.Input(node.Output!), node.Output!) : step;
    }

    private sealed unsafe class Step(CpuStep inner, CpuBuffer output, GraphValue value) : CpuStep([.. inner.Accesses])
    {
        private readonly AccessPattern _columns = inner.Accesses.Single(access => access.Writes && ReferenceEquals(access.Buffer, output)).Pattern;

        public override void Run(in StepContext context)
        {
            inner.Run(in context);
            var (start, end) = _columns.Columns(context);
            for (var row = 0; row < context.Rows(value.Rows); row++)
            {
                for (var i = Math.Max(start, FirstWrongColumn); i < end; i++)
                {
                    output.FloatRow(context.Thread, row)[i] *= 1.2f;
                }
            }
        }
    }
}

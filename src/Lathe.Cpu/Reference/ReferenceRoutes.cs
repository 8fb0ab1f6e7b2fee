namespace Lathe.Cpu.Reference;

/// <summary>The reference route of every operation.</summary>
internal static class ReferenceRoutes
{
    public static IEnumerable<CpuRoute> CreateAll() =>
    [
        new GetRowsReference(),
        new RmsNormReference(),
        new MatMulReference(),
        new RopeAnglesReference(),
        new RopeReference(),
        new StoreKvReference(),
        new AttentionReference(),
        new GluReference(),
        new AddReference(),
        new RouteExpertsReference(),
        new ExpertMatMulReference(),
        new WeightedSumReference(),
        new ScaleReference(),
        new SoftCapReference(),
        new OutputRowsReference(),
    ];
}

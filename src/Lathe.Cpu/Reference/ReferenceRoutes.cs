namespace Lathe.Cpu.Reference;

/// <summary>The reference route of every operation.</summary>
public static class ReferenceRoutes
{
    public static IReadOnlyList<CpuRoute> All { get; } =
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
        new OutputRowsReference(),
    ];
}

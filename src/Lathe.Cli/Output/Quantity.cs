namespace Lathe.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    /// <summary>GiB from one on, below that MiB or KiB.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (double)(1L << 30):F2} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):F2} MiB",
        >= 1L << 10 => $"{bytes / (double)(1L << 10):F2} KiB",
        _ => $"{bytes} B",
    };

    /// <summary>Billions (B) or millions (M) of parameters.</summary>
    public static string Parameters(long count) => count switch
    {
        >= 1_000_000_000 => $"{count / 1e9:F2} B",
        >= 1_000_000 => $"{count / 1e6:F2} M",
        _ => $"{count / 1e3:F2} K",
    };
}

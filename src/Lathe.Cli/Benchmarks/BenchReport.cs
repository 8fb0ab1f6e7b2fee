using Lathe.Cli.Benchmarks.Plotting;
using Lathe.Cli.Benchmarks.Records;

namespace Lathe.Cli.Benchmarks;

/// <summary>What a measurement has to say, in every form that can be asked for.</summary>
/// <param name="Table">Name of the table in a database.</param>
/// <param name="Records">For programs; at least one.</param>
/// <param name="Markdown">For people.</param>
/// <param name="Chart">As a picture, or null if it has none.</param>
internal sealed record BenchReport(string Table, IReadOnlyList<IReadOnlyList<BenchField>> Records, string Markdown, SvgChart? Chart = null)
{
    /// <summary>Prints the report, and draws it if a file is named.</summary>
    /// <param name="format">The format on standard output.</param>
    /// <param name="errorFormat">The format on standard error, or null for nothing there.</param>
    /// <param name="plot">The file to draw into, or null.</param>
    public void Write(string format, string? errorFormat = null, string? plot = null)
    {
        Console.Out.Write(Text(format));
        if (errorFormat is not null)
        {
            Console.Error.Write(Text(errorFormat));
        }

        if (plot is not null && Chart is not null)
        {
            File.WriteAllText(plot, Chart.ToSvg());
        }
    }

    private string Text(string format) => format == "md" ? Markdown : RecordFormat.Write(format, Table, Records);
}

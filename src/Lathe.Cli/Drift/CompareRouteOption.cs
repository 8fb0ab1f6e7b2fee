using System.CommandLine;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Lathe.Engine.Routing;
using Spectre.Console;

namespace Lathe.Cli.Drift;

/// <summary><c>--compare-route</c>: runs the reference beside a route, on the same inputs.</summary>
internal sealed class CompareRouteOption
{
    private readonly Option<string?> _route = new("--compare-route")
    {
        Description = "Run the reference on the inputs of every node that these routes compute: PATTERN[@layers=A-B].",
        HelpName = "ROUTE",
    };

    private readonly Option<double?> _maxAbs = NumberOption.CreateOptional<double>(["--max-abs"], "With --compare-route: stop where a value is further off than this.", 0, double.MaxValue);

    private readonly Option<double?> _rms = NumberOption.CreateOptional<double>(["--rms"], "With --compare-route: stop where the differences of a row have a larger rms than this.", 0, double.MaxValue);

    public CompareRouteOption(Command verb)
    {
        verb.Add(_route);
        verb.Add(_maxAbs);
        verb.Add(_rms);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(_route) is null && (result.GetValue(_maxAbs) ?? result.GetValue(_rms)) is not null)
            {
                result.AddError("--max-abs and --rms are limits of --compare-route, which is not given");
            }
        });
    }

    /// <summary>The comparator that was asked for, or null.</summary>
    public RouteComparator? Create(ParseResult result)
    {
        try
        {
            return result.GetValue(_route) is { } route ? new RouteComparator(route, result.GetValue(_maxAbs), result.GetValue(_rms)) : null;
        }
        catch (RouteException exception)
        {
            throw CommandException.Usage(exception.Message);
        }
    }

    /// <summary>Prints what was compared.</summary>
    /// <returns>False if a limit was broken, or if nothing ran that could be compared.</returns>
    public static bool Report(RouteComparator comparator)
    {
        if (comparator.Nodes.Count == 0)
        {
            Terminal.Error.WriteLine("lathe: no node was computed by a fast route that --compare-route names, so nothing was compared");
            return false;
        }

        Print(comparator.Nodes);
        if (comparator.Breach is { } breach)
        {
            Terminal.Error.WriteLine($"lathe: {breach}");
        }

        return comparator.Breach is null;
    }

    public static void Print(IEnumerable<NodeDifference> nodes)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("node", "op", "route");
        foreach (var name in new[] { "rows", "rms", "relative", "max abs" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("worst: row,column actual (reference)");
        foreach (var node in nodes)
        {
            var worst = string.Join("; ", node.Worst.Take(2).Select(element =>
                FormattableString.Invariant($"{element.Row},{element.Column} {element.Actual:g6} ({element.Reference:g6})")));
            table.AddRow(
                new Text(node.Node), new Text(node.Op), new Text(node.RouteId), new Text($"{node.Rows}"), new Text(DriftTables.Short(node.Rms)),
                new Text(DriftTables.Short(node.RelativeRms)), new Text(DriftTables.Short(node.MaxAbs)), new Text(worst));
        }

        Terminal.Out.Write(table);
    }
}

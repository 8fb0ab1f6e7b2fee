using System.Globalization;
using System.Net;
using System.Text;

namespace Lathe.Cli.Benchmarks.Plotting;

/// <summary>Panels of lines, one below the other, as an SVG file that reads well on light and on dark pages.</summary>
internal sealed class SvgChart(IReadOnlyList<ChartPanel> panels)
{
    private const int Width = 760;
    private const int PlotHeight = 240;
    private const int Left = 72;
    private const int Right = 24;
    private const int Top = 44;
    private const int Bottom = 52;
    private const int LegendLine = 20;

    // Of middle brightness: each stands out on white and on near black. Shapes tell lines apart for those who do not tell the colours apart.
    private static readonly string[] s_colors = ["#3b82f6", "#f97316", "#10b981", "#d946ef", "#ef4444", "#0ea5b7", "#b7791f", "#8b5cf6"];

    private const string Style = """
          <style>
            text { font: 12px system-ui, sans-serif; fill: #333; }
            .title { font-size: 15px; font-weight: 600; }
            .page { fill: #fff; }
            .grid { stroke: #ddd; stroke-width: 1; }
            .axis { stroke: #777; stroke-width: 1; }
            .line { fill: none; stroke-width: 2; }
            @media (prefers-color-scheme: dark) {
              text { fill: #ccc; }
              .page { fill: #161616; }
              .grid { stroke: #333; }
              .axis { stroke: #888; }
            }
          </style>

        """;

    public string ToSvg()
    {
        var height = panels.Sum(Height);
        var svg = new StringBuilder($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" role=\"img\">\n");
        svg.Append(Style).Append($"  <rect class=\"page\" width=\"{Width}\" height=\"{height}\"/>\n");
        var top = 0;
        foreach (var panel in panels)
        {
            svg.Append($"  <g transform=\"translate(0 {top})\">\n");
            Draw(panel, svg);
            svg.Append("  </g>\n");
            top += Height(panel);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static int Height(ChartPanel panel) => Top + PlotHeight + Bottom + (LegendLine * panel.Lines.Count);

    private static void Draw(ChartPanel panel, StringBuilder svg)
    {
        var points = panel.Lines.SelectMany(line => line.Points).ToList();
        var across = AxisTicks.Of(points.Max(point => point.X), 8, [1], 2);
        var up = AxisTicks.Of(points.Max(point => point.Y + point.Deviation), 5, [1, 2, 2.5, 5], 10);
        const int plotWidth = Width - Left - Right;
        const int bottom = Top + PlotHeight;

        Text(svg, Left, 26, panel.Title, "title");
        foreach (var tick in up)
        {
            svg.Append($"    <path class=\"grid\" d=\"M{Left} {N(Y(tick))}h{plotWidth}\"/>\n");
            Text(svg, Left - 8, Y(tick) + 4, Number(tick), anchor: "end");
        }

        foreach (var tick in across)
        {
            svg.Append($"    <path class=\"axis\" d=\"M{N(X(tick))} {bottom}v5\"/>\n");
            Text(svg, X(tick), bottom + 19, Number(tick), anchor: "middle");
        }

        svg.Append($"    <path class=\"axis\" d=\"M{Left} {bottom}h{plotWidth}\"/>\n");
        Text(svg, Left + (plotWidth / 2.0), bottom + 38, panel.XLabel, anchor: "middle");
        svg.Append($"    <text transform=\"translate(18 {Top + (PlotHeight / 2)}) rotate(-90)\" text-anchor=\"middle\">{Escape(panel.YLabel)}</text>\n");
        for (var i = 0; i < panel.Lines.Count; i++)
        {
            var color = s_colors[i % s_colors.Length];
            var line = panel.Lines[i];
            svg.Append($"    <g stroke=\"{color}\">\n      <path class=\"line\" d=\"M{string.Join('L', line.Points.Select(point => $"{N(X(point.X))} {N(Y(point.Y))}"))}\"/>\n");
            foreach (var point in line.Points)
            {
                if (point.Deviation > 0)
                {
                    svg.Append($"      <path d=\"M{N(X(point.X))} {N(Y(point.Y - point.Deviation))}V{N(Y(point.Y + point.Deviation))}\"/>\n");
                }

                svg.Append($"      {Marker(i, X(point.X), Y(point.Y), color)}\n");
            }

            var legend = bottom + Bottom + (LegendLine * i);
            svg.Append($"      <path class=\"line\" d=\"M{Left} {legend}h28\"/>\n      {Marker(i, Left + 14, legend, color)}\n    </g>\n");
            Text(svg, Left + 36, legend + 4, line.Label);
        }

        double X(double value) => Left + (value / across[^1] * plotWidth);

        double Y(double value) => bottom - (value / up[^1] * PlotHeight);
    }

    private static string Marker(int line, double x, double y, string color) => (line % 4) switch
    {
        0 => $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"4\" fill=\"{color}\"/>",
        1 => $"<path d=\"M{N(x - 4)} {N(y - 4)}h8v8h-8z\" fill=\"{color}\"/>",
        2 => $"<path d=\"M{N(x)} {N(y - 5)}l5 9h-10z\" fill=\"{color}\"/>",
        _ => $"<path d=\"M{N(x)} {N(y - 5)}l5 5l-5 5l-5 -5z\" fill=\"{color}\"/>",
    };

    private static void Text(StringBuilder svg, double x, double y, string text, string? style = null, string anchor = "start") =>
        svg.Append($"    <text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\"{(style is null ? "" : $" class=\"{style}\"")}>{Escape(text)}</text>\n");

    private static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}

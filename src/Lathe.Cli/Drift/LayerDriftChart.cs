using System.Globalization;
using System.Text;
using Lathe.Engine.Drift;

namespace Lathe.Cli.Drift;

/// <summary>Relative rms of the residual stream by layer, a line for each fixture, as SVG.</summary>
internal static class LayerDriftChart
{
    private const int Width = 860;
    private const int Height = 420;
    private const int Left = 70;
    private const int Right = 170;
    private const int Top = 40;
    private const int Bottom = 50;

    private static readonly string[] s_colors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2", "#7f7f7f"];

    public static string Draw(DriftReport report)
    {
        var layers = report.Fixtures.Max(fixture => fixture.LayerRms.Count);
        var values = report.Fixtures.SelectMany(fixture => fixture.LayerRms).Where(rms => rms > 0 && double.IsFinite(rms)).DefaultIfEmpty(1e-6).ToArray();
        int lowest = (int)Math.Floor(Math.Log10(values.Min())), highest = Math.Max(lowest + 1, (int)Math.Ceiling(Math.Log10(values.Max())));
        var svg = new StringBuilder();
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Add($"<text x=\"{Left}\" y=\"22\" font-size=\"14\">{Escape($"Drift of the residual stream: {report.Candidate.Name} against {report.Reference.Name}")}</text>");
        for (var power = lowest; power <= highest; power++)
        {
            Add($"<line x1=\"{Left}\" y1=\"{Y(power):f1}\" x2=\"{Width - Right}\" y2=\"{Y(power):f1}\" stroke=\"#ddd\"/>");
            Add($"<text x=\"{Left - 8}\" y=\"{Y(power) + 4:f1}\" text-anchor=\"end\">1e{power}</text>");
        }

        for (var layer = 0; layer < layers; layer += Math.Max(1, layers / 12))
        {
            Add($"<text x=\"{X(layer):f1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{layer}</text>");
        }

        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">layer</text>");
        Add($"<text transform=\"translate(18 {Height / 2}) rotate(-90)\" text-anchor=\"middle\">relative rms</text>");
        foreach (var (i, fixture) in report.Fixtures.Index())
        {
            var color = s_colors[i % s_colors.Length];

            // A logarithm has no place for 0: such a layer lies on the lower edge.
            var points = fixture.LayerRms.Select((rms, layer) => FormattableString.Invariant($"{X(layer):f1},{Y(rms > 0 && double.IsFinite(rms) ? Math.Log10(rms) : lowest):f1}"));
            Add($"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{string.Join(' ', points)}\"/>");
            Add($"<text x=\"{Width - Right + 12}\" y=\"{Top + 12 + (18 * i)}\" fill=\"{color}\">{Escape(fixture.Fixture.Name)} ({DriftTables.NameOf(fixture.Verdict)})</text>");
        }

        Add($"</svg>");
        return svg.ToString();

        double X(int layer) => Left + ((Width - Left - Right) * (double)layer / Math.Max(1, layers - 1));

        double Y(double power) => Height - Bottom - ((Height - Top - Bottom) * (power - lowest) / (highest - lowest));

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string text) => System.Net.WebUtility.HtmlEncode(text);
}

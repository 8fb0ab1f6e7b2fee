using System.Text;

namespace Lathe.Cli.Benchmarks.Records;

/// <summary>A table that lines up as plain text and renders as Markdown.</summary>
internal sealed class MarkdownTable(params IReadOnlyList<(string Title, bool IsNumber)> columns)
{
    private readonly List<string[]> _rows = [];

    /// <param name="cells">One for each column.</param>
    public void Add(params string[] cells) =>
        _rows.Add(cells.Length == columns.Count ? cells : throw new ArgumentException($"{cells.Length} cells for {columns.Count} columns", nameof(cells)));

    public override string ToString()
    {
        var widths = columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Title.Length).Max()).ToArray();
        var text = new StringBuilder();
        Append([.. columns.Select(column => column.Title)]);
        text.Append('|').AppendJoin('|', widths.Select((width, i) => columns[i].IsNumber ? new string('-', width + 1) + ":" : new string('-', width + 2))).Append("|\n");
        _rows.ForEach(Append);
        return text.ToString();

        void Append(string[] row) =>
            text.Append("| ").AppendJoin(" | ", row.Select((cell, i) => columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).Append(" |\n");
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Lathe.Cli.Output;

namespace Lathe.Cli.Benchmarks;

/// <summary>Results as text: a table for people, or one of four formats for programs.</summary>
internal static class BenchFormat
{
    public static IReadOnlyList<string> Names { get; } = ["md", "csv", "json", "jsonl", "sql"];

    public static string Write(string format, IReadOnlyList<BenchRecord> records) => format switch
    {
        "md" => Markdown(records),
        "csv" => Csv(records),
        "json" => JsonText.Of(new JsonArray([.. records.Select(record => record.ToJson())])) + "\n",
        "jsonl" => string.Concat(records.Select(record => JsonText.Of(record.ToJson(), indented: false) + "\n")),
        "sql" => Sql(records),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
    };

    private static string Markdown(IReadOnlyList<BenchRecord> records)
    {
        string[] header = ["model", "size", "params", "backend", "threads", "test", "t/s"];
        bool[] right = [false, true, true, false, true, true, true];
        var rows = records.Select(record => new[]
        {
            record.ModelType, Quantity.Bytes(record.ModelBytes), Quantity.Parameters(record.Parameters), record.Backend, $"{record.Threads}", record.Result.Test.Name,
            FormattableString.Invariant($"{record.Result.Mean:F2} ± {record.Result.Deviation:F2}"),
        }).ToList();
        var widths = header.Select((title, i) => Math.Max(title.Length, rows.Max(row => row[i].Length))).ToArray();
        var text = new StringBuilder();
        Append(header);
        text.Append('|').AppendJoin('|', widths.Select((width, i) => right[i] ? new string('-', width + 1) + ":" : new string('-', width + 2))).Append("|\n");
        rows.ForEach(Append);
        return text.ToString();

        void Append(string[] row) => text.Append("| ").AppendJoin(" | ", row.Select((cell, i) => right[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).Append(" |\n");
    }

    private static string Csv(IReadOnlyList<BenchRecord> records)
    {
        var lines = records.Select(record => string.Join(',', record.Fields.Select(field => $"\"{Text(field.Value).Replace("\"", "\"\"")}\"")));
        return string.Join(',', records[0].Fields.Select(field => field.Name)) + "\n" + string.Concat(lines.Select(line => line + "\n"));
    }

    private static string Sql(IReadOnlyList<BenchRecord> records)
    {
        var columns = records[0].Fields.Select(field => $"  {field.Name} {(field.Value is string ? "TEXT" : field.Value is double ? "REAL" : "INTEGER")}");
        var text = new StringBuilder($"CREATE TABLE IF NOT EXISTS llama_bench (\n{string.Join(",\n", columns)}\n);\n\n");
        foreach (var record in records)
        {
            var values = record.Fields.Select(field => field.Value is string value ? $"'{value.Replace("'", "''")}'" : Text(field.Value));
            text.Append($"INSERT INTO llama_bench ({string.Join(", ", record.Fields.Select(field => field.Name))}) VALUES ({string.Join(", ", values)});\n");
        }

        return text.ToString();
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}

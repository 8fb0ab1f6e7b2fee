using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Lathe.Cli.Output;

namespace Lathe.Cli.Benchmarks.Records;

/// <summary>Records as text for programs. All records of a report have the same columns.</summary>
internal static class RecordFormat
{
    /// <summary>The formats; <c>md</c> is a table for people, which each report draws itself.</summary>
    public static IReadOnlyList<string> Names { get; } = ["md", "csv", "json", "jsonl", "sql"];

    /// <param name="format">One of <see cref="Names"/> but <c>md</c>.</param>
    /// <param name="table">The table of an SQL dump.</param>
    /// <param name="records">At least one.</param>
    public static string Write(string format, string table, IReadOnlyList<IReadOnlyList<BenchField>> records) => format switch
    {
        "csv" => Csv(records),
        "json" => JsonText.Of(new JsonArray([.. records.Select(ToJson)])) + "\n",
        "jsonl" => string.Concat(records.Select(record => JsonText.Of(ToJson(record), indented: false) + "\n")),
        "sql" => Sql(table, records),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
    };

    private static string Csv(IReadOnlyList<IReadOnlyList<BenchField>> records)
    {
        var lines = records.Select(record => string.Join(',', Columns(record).Select(field => $"\"{Text(field.Value).Replace("\"", "\"\"")}\"")));
        return string.Join(',', Columns(records[0]).Select(field => field.Name)) + "\n" + string.Concat(lines.Select(line => line + "\n"));
    }

    private static string Sql(string table, IReadOnlyList<IReadOnlyList<BenchField>> records)
    {
        var columns = Columns(records[0]).Select(field => field.Name).ToList();
        var types = columns.Select(name => SqlType(records.SelectMany(record => record).FirstOrDefault(field => field.Name == name && field.Value is not null).Value));
        var text = new StringBuilder($"CREATE TABLE IF NOT EXISTS {table} (\n{string.Join(",\n", columns.Zip(types, (name, type) => $"  {name} {type}"))}\n);\n\n");
        foreach (var record in records)
        {
            var values = Columns(record).Select(field => field.Value switch
            {
                string value => $"'{value.Replace("'", "''")}'",
                var other => Text(other) is { Length: > 0 } number ? number : "NULL",
            });
            text.Append($"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", values)});\n");
        }

        return text.ToString();
    }

    private static string SqlType(object? value) => value switch
    {
        string => "TEXT",
        bool or int or long => "INTEGER",
        double or null => "REAL",
        _ => throw NotAValue(value),
    };

    private static IEnumerable<BenchField> Columns(IReadOnlyList<BenchField> record) => record.Where(field => field.Value is not IReadOnlyList<double> and not IReadOnlyList<long>);

    /// <summary>Booleans as the 0 and 1 of databases; empty for what is unknown.</summary>
    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "1" : "0",
        double number when !double.IsFinite(number) => "",
        string or int or long or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => throw NotAValue(value),
    };

    private static JsonObject ToJson(IReadOnlyList<BenchField> record) => new(record.Select(field => KeyValuePair.Create(field.Name, ToJson(field.Value))));

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag,
        int number => number,
        long number => number,
        double number => double.IsFinite(number) ? number : null,
        IReadOnlyList<double> numbers => JsonText.Array(numbers.Select(number => (JsonNode)number)),
        IReadOnlyList<long> numbers => JsonText.Array(numbers.Select(number => (JsonNode)number)),
        _ => throw NotAValue(value),
    };

    private static ArgumentException NotAValue(object value) => new($"a {value.GetType().Name} is not a field's value");
}

using System.Text.Json;
using Lathe.Benchmarking;

namespace Lathe.Cli.Benchmarks.Comparison;

/// <summary>A file of results: <c>jsonl</c> (a record per line) or <c>json</c> (an array), by this command or by llama-bench.</summary>
/// <param name="Name">The file's name, without folders.</param>
/// <param name="Rows">At least one.</param>
internal sealed record ResultFile(string Name, IReadOnlyList<ResultRow> Rows)
{
    /// <summary>Columns that say how a test was run. A file in which one of them varies holds several measurements of a test.</summary>
    public static IReadOnlyList<string> SettingNames { get; } =
        ["backends", "n_gpu_layers", "n_batch", "n_ubatch", "n_threads", "type_k", "type_v", "flash_attn", "route_policy"];

    /// <exception cref="CommandException">The file is not one of results.</exception>
    public static ResultFile Read(string path)
    {
        var text = File.ReadAllText(path).Trim();
        var rows = text.StartsWith('[')
            ? Parse(path, "the array", text).EnumerateArray().Select((record, i) => Row($"{path}, record {i + 1}", record)).ToList()
            : text.Split('\n').Select((line, i) => (Line: line.Trim(), Where: $"{path}, line {i + 1}")).Where(line => line.Line.Length > 0)
                .Select(line => Row(line.Where, Parse(line.Where, "the line", line.Line))).ToList();
        return rows.Count > 0 ? new ResultFile(Path.GetFileName(path), rows) : throw new CommandException($"{path} holds no results");
    }

    private static JsonElement Parse(string where, string what, string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            throw new CommandException($"{where}: {what} is not JSON; expected what -o jsonl or -o json writes");
        }
    }

    private static ResultRow Row(string where, JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new CommandException($"{where}: a {record.ValueKind} where a record of results is expected");
        }

        var samples = record.TryGetProperty("samples_ts", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? list.EnumerateArray().Select(sample => Rate(where, "samples_ts", sample)).ToArray()
            : [Rate(where, "avg_ts", Field(where, record, "avg_ts"))];
        return new ResultRow(
            Text(where, record, "model_type"),
            Text(where, record, "model_filename").Split('/', '\\')[^1],
            Count(where, record, "model_size"),
            Count(where, record, "model_n_params"),
            new BenchmarkTest(Tokens(where, record, "n_prompt"), Tokens(where, record, "n_gen"), record.TryGetProperty("n_depth", out _) ? Tokens(where, record, "n_depth") : 0),
            SettingNames.Where(name => record.TryGetProperty(name, out _)).ToDictionary(name => name, name => record.GetProperty(name).ToString()),
            samples);
    }

    private static double Rate(string where, string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var rate) && rate > 0 && double.IsFinite(rate)
            ? rate
            : throw new CommandException($"{where}: {name} is {value}, expected tokens per second above 0");

    private static string Text(string where, JsonElement record, string name) => Field(where, record, name) is { ValueKind: JsonValueKind.String } value
        ? value.GetString()!
        : throw new CommandException($"{where}: {name} is {record.GetProperty(name)}, expected a text");

    private static int Tokens(string where, JsonElement record, string name) => Count(where, record, name) is <= int.MaxValue and var count
        ? (int)count
        : throw new CommandException($"{where}: {name} is {record.GetProperty(name)}, expected a number of tokens");

    private static long Count(string where, JsonElement record, string name) =>
        Field(where, record, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var count) && count >= 0
            ? count
            : throw new CommandException($"{where}: {name} is {record.GetProperty(name)}, expected a whole number");

    private static JsonElement Field(string where, JsonElement record, string name) =>
        record.TryGetProperty(name, out var value) ? value : throw new CommandException($"{where}: there is no {name}; expected a record of lathe bench or llama-bench");
}

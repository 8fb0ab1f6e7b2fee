using Lathe.Cli.Output;
using Lathe.Formats.Gguf;
using Spectre.Console;

namespace Lathe.Cli.Inspection;

/// <summary>A file as tables for a person.</summary>
internal static class InspectionTables
{
    private const int LongestValue = 100;

    public static void PrintSummary(ModelSummary summary)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        Add("file", summary.Path);
        Add("name", summary.Name);
        Add("architecture", summary.Architecture);
        Add("parameters", Quantity.Parameters(summary.Parameters));
        Add("size", $"{Quantity.Bytes(summary.FileBytes)}{(summary.Parts > 1 ? $" in {summary.Parts} files" : "")}, {8.0 * summary.FileBytes / Math.Max(1, summary.Parameters):F2} bits per parameter");
        Add("layers", summary.Layers is null ? null : $"{summary.Layers}, width {summary.Embedding}");
        Add("experts", summary.Experts is null or 0 ? null : $"{summary.Experts}, {summary.ExpertsUsed} per token");
        Add("context", summary.Context is null ? null : $"{summary.Context} tokens");
        Add("tokenizer", summary.Tokenizer is null ? "none" : $"{summary.Tokenizer}{(summary.PreTokenizer is null ? "" : $" / {summary.PreTokenizer}")}, {summary.Vocabulary} tokens");
        Add("chat template", summary.HasTemplate ? "yes" : "no");
        Add("runs", summary.Problems.Count == 0 ? "yes" : $"no: {string.Join("; ", summary.Problems)}");
        Add("tokenises", summary.TokenizerProblem is null ? "yes" : $"no: {summary.TokenizerProblem}");
        Terminal.Out.Write(grid);

        var types = NewTable("type", "tensors", "parameters", "size", "share");
        foreach (var share in summary.Types)
        {
            types.AddRow(
                share.Type, $"{share.Tensors}", Quantity.Parameters(share.Parameters), Quantity.Bytes(share.Bytes),
                $"{100.0 * share.Bytes / Math.Max(1, summary.Types.Sum(type => type.Bytes)):F1} %");
        }

        Terminal.Out.WriteLine();
        Terminal.Out.Write(types);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                grid.AddRow(name, OneLine(value).EscapeMarkup());
            }
        }
    }

    public static void PrintMetadata(GgufMetadata metadata)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("key").AddColumn("type").AddColumn("value");
        foreach (var key in metadata.Keys)
        {
            var value = OneLine(MetadataText.Of(metadata, key));
            table.AddRow(
                key.EscapeMarkup(), metadata.TypeOf(key).ToString(), (value.Length > LongestValue ? value[..LongestValue] + "..." : value).EscapeMarkup());
        }

        Terminal.Out.Write(table);
    }

    public static void PrintTensors(IReadOnlyList<GgufTensor> tensors)
    {
        var table = NewTable("tensor", "type", "shape", "size");
        foreach (var tensor in tensors)
        {
            table.AddRow(tensor.Name.EscapeMarkup(), GgmlTypeInfo.Of(tensor.Type).Name, tensor.Shape.ToString().EscapeMarkup(), Quantity.Bytes(tensor.ByteSize));
        }

        Terminal.Out.Write(table);
    }

    private static Table NewTable(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (var column in others)
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }

        return table;
    }

    /// <summary>A file's text may hold anything: control characters would steer the terminal.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => c == '\n' ? "\\n" : char.IsControl(c) ? "\uFFFD" : c.ToString()));
}

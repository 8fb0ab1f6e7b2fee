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
        Add("architecture", summary.Architecture is null ? "none" : $"{summary.Architecture}{(summary.IsKnownFamily ? "" : ", not a family that Lathe runs")}");
        Add("parameters", Quantity.Parameters(summary.Parameters));
        Add("size", $"{Quantity.Bytes(summary.FileBytes)}{(summary.Parts > 1 ? $" in {summary.Parts} files" : "")}{(summary.Parameters == 0 ? "" : $", {8.0 * summary.FileBytes / summary.Parameters:F2} bits per parameter")}");
        Add("layers", summary.Layers is null ? null : $"{summary.Layers}, width {summary.Embedding}");
        Add("experts", summary.Experts is null or 0 ? null : $"{summary.Experts}, {summary.ExpertsUsed} per token");
        Add("context", summary.Context is null ? null : $"{summary.Context} tokens");
        Add("tokenizer", TokenizerLine(summary));
        Add("stops at", summary.EndTokens.Count == 0 ? null : string.Join(' ', summary.EndTokens));
        Add("chat template", TemplateLine(summary.Template));
        AddEach("runs", summary.Problems);
        AddEach("tokenises", summary.TokenizerProblem is { } problem ? [problem] : []);
        Terminal.Out.Write(grid);

        var types = NewTable("type", "tensors", "parameters", "size", "share");
        foreach (var share in summary.Types)
        {
            types.AddRow(
                share.Type, $"{share.Tensors}", Quantity.Parameters(share.Parameters), Quantity.Bytes(share.Bytes),
                $"{100.0 * share.Bytes / Math.Max(1, summary.Types.Sum(type => type.Bytes)):F1} %");
        }

        if (summary.Types.Count > 0)
        {
            Terminal.Out.WriteLine();
            Terminal.Out.Write(types);
        }

        // One line per problem: what is wrong with each tensor.
        void AddEach(string question, IReadOnlyList<string> problems)
        {
            Add(question, problems.Count == 0 ? "yes" : $"no: {problems[0]}");
            foreach (var other in problems.Skip(1))
            {
                Add("", $"    {other}");
            }
        }

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                grid.AddRow(name, OneLine(value).EscapeMarkup());
            }
        }
    }

    private static string TokenizerLine(ModelSummary summary)
    {
        if (summary.TokenizerModel is null)
        {
            return "none";
        }

        var kind = summary.TokenizerKind is null ? $"{summary.TokenizerModel}, not usable" : $"{summary.TokenizerKind} ({summary.TokenizerModel})";
        return $"{kind}{(summary.PreTokenizer is null ? "" : $", pre-tokeniser {summary.PreTokenizer}")}{(summary.Vocabulary is null ? "" : $", {summary.Vocabulary} tokens")}";
    }

    private static string TemplateLine(TemplateSummary? template)
    {
        if (template is null)
        {
            return "none";
        }

        var others = template.Named.Count == 0 ? "" : $"; others by name: {string.Join(", ", template.Named)}";
        return template.Problem is { } problem ? $"{template.Source}, not usable: {problem}{others}" : $"{template.Source}; {template.Abilities}{others}";
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

using System.CommandLine;
using Lathe.Cli.Inspection;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Formats.Gguf;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe inspect</c>: what is in a file, and whether it runs.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var model = ModelOption.CreateArgument(required: true);
        var metadata = new Option<bool>("--metadata") { Description = "List all metadata." };
        var tensors = new Option<bool>("--tensors") { Description = "List all tensors." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var verb = new Command("inspect", "Show what is in a model file and whether it runs.") { model, metadata, tensors, json };
        verb.SetAction(result =>
        {
            using var file = GgufFile.Open(result.GetValue(model)!);
            var summary = ModelSummary.Of(file);
            if (result.GetValue(json))
            {
                JsonText.Print(InspectionJson.Of(summary, file, result.GetValue(metadata), result.GetValue(tensors)));
                return ExitCode.Success;
            }

            InspectionTables.PrintSummary(summary);
            if (result.GetValue(metadata))
            {
                InspectionTables.PrintMetadata(file.Metadata);
            }

            if (result.GetValue(tensors))
            {
                InspectionTables.PrintTensors(file.Tensors);
            }

            return ExitCode.Success;
        });
        return verb;
    }
}

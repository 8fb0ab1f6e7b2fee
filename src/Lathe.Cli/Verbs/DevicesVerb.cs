using System.CommandLine;
using System.Text.Json.Nodes;
using Lathe.Cli.Output;
using Lathe.Cpu;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe devices</c>: what this machine computes on.</summary>
internal static class DevicesVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON array." };
        var verb = new Command("devices", "List the devices that can run a model.") { json };
        verb.SetAction(result =>
        {
            var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            if (result.GetValue(json))
            {
                JsonText.Print(new JsonArray(new JsonObject
                {
                    ["device"] = "cpu",
                    ["name"] = CpuInformation.ModelName,
                    ["instruction_set"] = CpuInformation.InstructionSet,
                    ["machine_code"] = CpuInformation.MachineCode,
                    ["cores"] = Environment.ProcessorCount,
                    ["memory_bytes"] = memory,
                }));
                return ExitCode.Success;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("device", "name", "instructions", "machine code", "cores", "memory");
            table.AddRow(
                "cpu",
                CpuInformation.ModelName.EscapeMarkup(),
                CpuInformation.InstructionSet.EscapeMarkup(),
                CpuInformation.MachineCode ?? "none",
                $"{Environment.ProcessorCount}",
                Quantity.Bytes(memory));
            Terminal.Out.Write(table);
            return ExitCode.Success;
        });
        return verb;
    }
}

using System.CommandLine;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using Lathe.Formats.Synthesis;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe synth</c>: a model of real shape with random weights.</summary>
internal static class SynthVerb
{
    public static Command Create()
    {
        var preset = new Argument<string>("PRESET") { Description = $"The shape: {string.Join(", ", ModelPresets.All.Select(known => known.Name))}." };
        var type = new Argument<string>("TYPE")
        {
            Description = $"The type of the weight matrices: {string.Join(", ", BlockFormat.All.Select(format => format.Name.ToLowerInvariant()))}.",
        };
        var path = new Argument<string>("OUT") { Description = "The file to write; one of that name is replaced." };
        var layers = NumberOption.CreateOptional<int>(["--layers"], "Write fewer (or more) layers than the model has.", 1, 1000);
        var seed = NumberOption.Create(["--seed"], "Another seed makes other weights.", 0UL, ulong.MinValue, ulong.MaxValue);
        var verb = new Command("synth", "Write a model of real shape with random weights, to measure speed and memory without a download.")
        {
            preset, type, path, layers, seed,
        };
        verb.SetAction((result, cancellation) => Task.FromResult(Run(
            FindPreset(result.GetValue(preset)!, result.GetValue(layers)), FindType(result.GetValue(type)!), result.GetValue(path)!, result.GetValue(seed), cancellation)));
        return verb;
    }

    private static int Run(ModelPreset preset, GgmlType type, string path, ulong seed, CancellationToken cancellation)
    {
        var model = new SyntheticModel(preset, type, seed);
        RequireSpace(path, model.ByteSize);
        Terminal.WithProgress($"writing {Path.GetFileName(path)}", model.ByteSize, report => model.Write(path, done => report(done), cancellation));
        Console.Out.WriteLine(
            $"{path}: {preset.Name}, {preset.Layers} layers, {GgmlTypeInfo.Of(type).Name}, {Quantity.Parameters(model.ParameterCount)} parameters, " +
            $"{Quantity.Bytes(new FileInfo(path).Length)}, seed {seed}");
        foreach (var (other, count) in model.Fallbacks)
        {
            Console.Out.WriteLine($"{count} matrices are {GgmlTypeInfo.Of(other).Name}: {GgmlTypeInfo.Of(type).Name} does not fit their rows or is kept for experts");
        }

        return ExitCode.Success;
    }

    private static ModelPreset FindPreset(string name, int? layers)
    {
        var preset = ModelPresets.Find(name)
            ?? throw CommandException.Usage($"'{name}' is not a preset; there are {string.Join(", ", ModelPresets.All.Select(known => known.Name))}");
        return layers is { } count ? preset with { Layers = count } : preset;
    }

    private static GgmlType FindType(string name)
    {
        return GgmlTypeInfo.Find(name) is { } info && BlockFormat.Find(info.Type) is not null
            ? info.Type
            : throw CommandException.Usage($"'{name}' is not a type; there are {string.Join(", ", BlockFormat.All.Select(format => format.Name.ToLowerInvariant()))}");
    }

    /// <summary>A full disk is better noticed before an hour of writing than after.</summary>
    private static void RequireSpace(string path, long bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"the folder {folder} does not exist");
        }

        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
        {
            throw new CommandException($"{path} needs {Quantity.Bytes(bytes)}, but its disk has {Quantity.Bytes(free)} left");
        }
    }
}

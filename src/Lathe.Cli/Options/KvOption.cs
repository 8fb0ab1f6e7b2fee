using System.CommandLine;
using Lathe.Engine.Inference;

namespace Lathe.Cli.Options;

/// <summary><c>--kv</c>: how the KV cache stores values.</summary>
internal static class KvOption
{
    public static Option<string?> Create()
    {
        var option = new Option<string?>("--kv")
        {
            Description = "How the KV cache stores values: f16, f32 or q8_0; f16 if it is not given, with --quality f32.",
            HelpName = "TYPE",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not ("f16" or "f32" or "q8_0") and { } other)
            {
                result.AddError($"--kv is '{other}', expected f16, f32 or q8_0");
            }
        });
        return option;
    }

    /// <summary>The type that was asked for, or null.</summary>
    public static KvElementType? Read(ParseResult result, Option<string?> option) => result.GetValue(option) switch
    {
        null => null,
        "f16" => KvElementType.F16,
        "f32" => KvElementType.F32,
        "q8_0" => KvElementType.Q8_0,
        var other => throw CommandException.Usage($"--kv is '{other}', expected f16, f32 or q8_0"),
    };
}

using System.CommandLine;
using Lathe.Cli.Options;
using Lathe.Engine.Inference;

namespace Lathe.Cli.Benchmarks;

/// <summary>How the KV cache stores values: <c>--kv</c> for both keys and values, or llama-bench's two lists.</summary>
internal sealed class KvTypeOptions
{
    private readonly Option<string?> _both = KvOption.Create();
    private readonly Option<string[]> _keys = Create("--cache-type-k", "-ctk", "keys");
    private readonly Option<string[]> _values = Create("--cache-type-v", "-ctv", "values");

    public void AddTo(Command verb)
    {
        verb.Add(_both);
        verb.Add(_keys);
        verb.Add(_values);
    }

    /// <summary>The types to measure.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="otherwise">The type if none is asked for.</param>
    public IReadOnlyList<KvElementType> Read(ParseResult result, KvElementType otherwise)
    {
        var (keys, values) = (Types(result.GetValue(_keys)), Types(result.GetValue(_values)));
        if (KvOption.Read(result, _both) is { } both)
        {
            return keys.Count + values.Count == 0 ? [both] : throw CommandException.Usage("--kv speaks of keys and values: leave out -ctk and -ctv");
        }

        if (keys.Count + values.Count == 0)
        {
            return [otherwise];
        }

        // As in llama-bench, a list that is not given is f16.
        (keys, values) = (keys.Count == 0 ? [KvElementType.F16] : keys, values.Count == 0 ? [KvElementType.F16] : values);
        if (keys.SequenceEqual(values))
        {
            return keys;
        }

        var (key, value) = keys.SelectMany(_ => values, (key, value) => (key, value)).First(pair => pair.key != pair.value);
        throw CommandException.Usage(
            $"keys of {Name(key)} and values of {Name(value)} are not supported: the KV cache stores both alike; give -ctk and -ctv the same list");
    }

    private static Option<string[]> Create(string name, string alias, string what)
    {
        var option = new Option<string[]>(name, alias) { Description = $"How the KV cache stores {what}: f16, f32 or q8_0, with commas between.", HelpName = "TYPE,..." };
        option.Validators.Add(result =>
        {
            if (result.Tokens.SelectMany(token => token.Value.Split(',')).FirstOrDefault(type => type is not ("f16" or "f32" or "q8_0")) is { } wrong)
            {
                result.AddError($"{name} is '{wrong}', expected f16, f32 or q8_0");
            }
        });
        return option;
    }

    private static List<KvElementType> Types(string[]? given) =>
        [.. (given ?? []).SelectMany(list => list.Split(',')).Select(name => Enum.Parse<KvElementType>(name, ignoreCase: true))];

    private static string Name(KvElementType type) => type.ToString().ToLowerInvariant();
}

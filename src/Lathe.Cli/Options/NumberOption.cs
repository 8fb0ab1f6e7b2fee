using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Lathe.Cli.Options;

/// <summary>Options that take a number, with errors that say what was expected.</summary>
internal static class NumberOption
{
    /// <summary>A number between two limits.</summary>
    /// <param name="names">The option's name and then its aliases.</param>
    /// <param name="description">What the help says.</param>
    /// <param name="otherwise">The value without the option.</param>
    /// <param name="least">The least value that is accepted.</param>
    /// <param name="most">The greatest value that is accepted.</param>
    public static Option<T> Create<T>(string[] names, string description, T otherwise, T least, T most)
        where T : struct, INumber<T>
    {
        return new Option<T>(names[0], names[1..])
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => Parse(result, names[0], least, most),
        };
    }

    /// <summary>A number that has no value of its own where it is not given.</summary>
    public static Option<T?> CreateOptional<T>(string[] names, string description, T least, T most)
        where T : struct, INumber<T>
    {
        return new Option<T?>(names[0], names[1..])
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => Parse(result, names[0], least, most),
        };
    }

    /// <summary>Lists and ranges of numbers; the option may be repeated, which makes the list longer.</summary>
    public static Option<int[]> CreateList(string[] names, string description, int[] otherwise, int least, int most = int.MaxValue)
    {
        return new Option<int[]>(names[0], names[1..])
        {
            Description = description,
            HelpName = "N,N-N,...",
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => ParseList(result, names[0], least, most),
        };
    }

    private static T Parse<T>(ArgumentResult result, string name, T least, T most)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[^1].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        result.AddError($"{name} is '{text}', expected a {(value is float or double ? "number" : "whole number")} from {least} to {most}");
        return default;
    }

    private static int[] ParseList(ArgumentResult result, string name, int least, int most)
    {
        var values = new List<int>();
        foreach (var token in result.Tokens)
        {
            if (NumberRange.TryParse(token.Value, least, most) is not { } more)
            {
                var limits = most == int.MaxValue ? $"from {least} on" : $"from {least} to {most}";
                result.AddError($"{name} is '{token.Value}', expected whole numbers {limits}: {NumberRange.Grammar}");
                return [];
            }

            values.AddRange(more);
        }

        return [.. values];
    }
}

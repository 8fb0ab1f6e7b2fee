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

    /// <summary>Numbers separated by commas.</summary>
    public static Option<int[]> CreateList(string[] names, string description, int[] otherwise, int least)
    {
        return new Option<int[]>(names[0], names[1..])
        {
            Description = description,
            HelpName = "N,N,...",
            Arity = ArgumentArity.ExactlyOne,
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => ParseList(result, names[0], least),
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

    private static int[] ParseList(ArgumentResult result, string name, int least)
    {
        var text = result.Tokens[^1].Value;
        var values = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < least)
            {
                result.AddError($"{name} is '{text}', expected whole numbers from {least} on, separated by commas");
                return [];
            }

            values.Add(value);
        }

        return [.. values];
    }
}

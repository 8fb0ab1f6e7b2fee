using System.CommandLine;
using Lathe.Engine.Drift;
using Lathe.Engine.Models;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli.Drift;

/// <summary>Which prompts runs are compared under: the standard ones, some of them, and the user's own.</summary>
internal sealed class FixtureOptions
{
    // Plain narrative that every vocabulary has words for; repeated where a fixture is longer.
    private const string Text = """
        The harbour woke slowly that morning. Two fishermen carried their nets along the wall, and a boy counted the gulls on the roof of the customs house:
        eleven, twelve, thirteen. "They know when the boats come in," he said, but nobody answered him. His mother had opened the window of the bakery, and the
        smell of bread went down the street as far as the bridge. At nine o'clock the mail arrived. There were three letters for the doctor, a parcel from the
        capital, and a card without a name on it, which said only: "I have found the lighthouse. Come before the winter." The postmaster turned it over twice,
        put on his glasses, and looked out at the grey sea, where for forty years no light had been seen. Then he locked the office, which he had never done on a
        Tuesday, and walked to the end of the pier to ask the oldest man in the town what he remembered.
        """;

    private readonly Option<string[]> _names = new("--fixture")
    {
        Description = "A standard fixture: 1, 17, 33, 64, 97, 529, 97-chunked, or past-window where the model has a long one. May be repeated; all that fit, if it is not given.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _files = new("--prompt-file") { Description = "A text file as another fixture. May be repeated.", HelpName = "FILE" };

    public FixtureOptions(Command verb)
    {
        verb.Add(_names);
        verb.Add(_files);
    }

    /// <summary>The fixtures that were asked for.</summary>
    /// <param name="otherwise">Names of the fixtures without the option, or null for all.</param>
    public IReadOnlyList<DriftFixture> Of(ParseResult result, Model model, IReadOnlyCollection<string>? otherwise = null)
    {
        var tokenizer = TokenizerOf(model);
        var standard = DriftFixtures.For(model, tokenizer?.Encode(Text, addSpecial: true));
        var files = result.GetValue(_files) ?? [];
        var names = result.GetValue(_names) is { Length: > 0 } given ? given : files.Length > 0 ? [] : otherwise;
        List<DriftFixture> fixtures = names is null ? [.. standard] : [.. names.SelectMany(name => Named(standard, name))];
        foreach (var file in files)
        {
            if (tokenizer is null)
            {
                throw new CommandException("the model has no vocabulary to read --prompt-file with");
            }

            var tokens = tokenizer.Encode(File.ReadAllText(file), addSpecial: true);
            fixtures.Add(tokens.Length > 0 ? new DriftFixture(Path.GetFileName(file), tokens) : throw new CommandException($"{file} has no tokens to compute"));
        }

        if (fixtures.Count == 0)
        {
            throw new CommandException("none of the fixtures fits into the model's context");
        }

        return fixtures;
    }

    private static IEnumerable<DriftFixture> Named(IReadOnlyList<DriftFixture> standard, string name) =>
        standard.FirstOrDefault(fixture => fixture.Name == name) is { } found
            ? [found]
            : throw CommandException.Usage($"--fixture is '{name}', expected {string.Join(", ", standard.Select(fixture => fixture.Name))}");

    /// <summary>Null for a model without a vocabulary: it is given pseudo-random tokens.</summary>
    private static Tokenizer? TokenizerOf(Model model)
    {
        if (!model.File.Metadata.Contains("tokenizer.ggml.tokens"))
        {
            return null;
        }

        var tokenizer = Tokenizer.FromGguf(model.File.Metadata);
        return tokenizer.VocabularySize <= model.HyperParameters.VocabularySize ? tokenizer : null;
    }
}

using Lathe.Tests.Shared;

namespace Lathe.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("'sing' is not a verb", "sing")]
    [InlineData("there is no option --bogus", "run", "--bogus")]
    [InlineData("--predict is 'x', expected a whole number from 0 to", "run", "-n", "x")]
    [InlineData("--temp is '-1', expected a number from 0 to 100", "run", "--temp", "-1")]
    [InlineData("--top-p is '1.5', expected a number from 0 to 1", "run", "--top-p", "1.5")]
    [InlineData("run takes either -p TEXT or -f FILE", "run", "-p", "a", "-f", "b")]
    [InlineData("--device is 'tpu', expected auto or cpu", "run", "--device", "tpu")]
    [InlineData("Option '--model' is required", "tokenize", "text")]
    [InlineData("tokenize needs either TEXT or -f FILE", "tokenize", "-m", "m.gguf")]
    [InlineData("logits needs exactly one of", "logits", "-m", "m.gguf", "--out", "o")]
    [InlineData("logits needs --out or --json", "logits", "-m", "m.gguf", "--tokens", "1")]
    [InlineData("--depth is '1,-2', expected whole numbers from 0 on: N, FIRST-LAST", "bench", "-d", "1,-2")]
    [InlineData("--prompt is '9-1'", "bench", "-p", "9-1")]
    [InlineData("--prompt is '1-9*1'", "bench", "-p", "1-9*1")]
    [InlineData("--prompt is '1-9+0'", "bench", "-p", "1-9+0")]
    [InlineData("--prompt is '0-9*2'", "bench", "-p", "0-9*2")]
    [InlineData("--prompt is '1-1000000'", "bench", "-p", "1-1000000")]
    [InlineData("--prompt is '1,,2'", "bench", "-p", "1,,2")]
    [InlineData("--ubatch is '1024', expected whole numbers from 1 to 512", "bench", "-ub", "1024")]
    [InlineData("--prompt-generate is '512', expected two whole numbers above 0", "bench", "-pg", "512")]
    [InlineData("--cache-type-k is 'q4_0', expected f16, f32 or q8_0", "bench", "-ctk", "f16,q4_0")]
    [InlineData("--frontier is '0-10', expected whole numbers from 1 on", "bench", "--frontier", "0-10")]
    [InlineData("--output is 'xml', expected md, csv, json, jsonl, sql", "bench", "-o", "xml")]
    [InlineData("--kv is 'q4', expected f16, f32 or q8_0", "bench", "--kv", "q4")]
    [InlineData("--now is 'soon', expected a time like", "template", "--file", "t", "--input", "i", "--now", "soon")]
    public void A_command_line_that_makes_no_sense_is_exit_code_2_and_one_sentence(string expected, params string[] arguments) =>
        LatheProcess.Run(arguments).AssertUsage(expected);

    [Theory]
    [InlineData("there is nothing to time", "bench", "-p", "0", "-n", "0")]
    [InlineData("keys of q8_0 and values of f16 are not supported", "bench", "-ctk", "q8_0")]
    [InlineData("--kv speaks of keys and values", "bench", "--kv", "f16", "-ctv", "f16")]
    [InlineData("--frontier and --ablate measure different things", "bench", "--frontier", "16", "--ablate", "*")]
    [InlineData("--frontier measures one model in one configuration", "bench", "--frontier", "16", "-t", "1,2")]
    [InlineData("--frontier generates one number of tokens", "bench", "--frontier", "16", "-n", "1,2")]
    [InlineData("--ablate measures one model in one configuration", "bench", "--ablate", "*", "-ub", "8,16")]
    [InlineData("without --frontier nothing reads it", "bench", "-f", "text")]
    [InlineData("--plot has no meaning for --compare", "bench", "--compare", "a", "b", "--plot", "c.svg")]
    [InlineData("--depth has no meaning for --frontier", "bench", "--frontier", "16", "-d", "8")]
    [InlineData("--roofline has no meaning for --ablate", "bench", "--ablate", "*", "--roofline")]
    [InlineData("'llama-9b' is not a preset", "synth", "llama-9b", "q8_0", "/nowhere/x.gguf")]
    [InlineData("'q9_9' is not a type", "synth", "tiny-llama", "q9_9", "/nowhere/x.gguf")]
    [InlineData("'cpu.*=maybe' is not a route rule", "routes", "--route", "cpu.*=maybe")]
    [InlineData("choose one", "routes", "--quality", "--require-fast")]
    [InlineData("--logit-bias is '7', expected ID=VALUE", "run", "--logit-bias", "7")]
    public void So_is_one_whose_values_make_no_sense(string expected, params string[] arguments) => LatheProcess.Run(arguments).AssertSentence(2, expected);

    [Theory]
    [InlineData("/nowhere/m.gguf", "inspect", "/nowhere/m.gguf")]
    [InlineData("/nowhere/m.gguf", "run", "/nowhere/m.gguf", "-p", "a")]
    [InlineData("/nowhere/m.gguf", "tokenize", "-m", "/nowhere/m.gguf", "text")]
    [InlineData("there is no route 'cpu.none'", "routes", "--dump-kernel", "cpu.none")]
    [InlineData("/nowhere/m.gguf", "routes", "-m", "/nowhere/m.gguf")]
    [InlineData("/nowhere/m.gguf", "bench", "-m", "/nowhere/m.gguf")]
    [InlineData("/nowhere/a.jsonl", "bench", "--compare", "/nowhere/a.jsonl", "/nowhere/b.jsonl")]
    [InlineData("/nowhere", "synth", "tiny-llama", "q8_0", "/nowhere/x.gguf")]
    [InlineData("/nowhere/t.jinja", "template", "--file", "/nowhere/t.jinja", "--input", "/nowhere/c.json")]
    public void What_does_not_exist_is_exit_code_1_and_one_sentence(string expected, params string[] arguments) =>
        LatheProcess.Run(arguments).AssertFailure(expected);

    [Fact]
    public void A_file_that_is_no_model_is_exit_code_1_and_one_sentence()
    {
        using var folder = new TemporaryFolder();
        LatheProcess.Run("inspect", folder.Write("note.gguf", "This is not a model but a note.")).AssertFailure("note.gguf");
        LatheProcess.Run("run", Path.Combine(Repository.Golden, "llama-q8_0.gguf"), "-p", "a").AssertFailure("tokenizer");
    }

    [Fact]
    public void Without_a_verb_the_help_is_shown()
    {
        var outcome = LatheProcess.Run();
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Examples:", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_verb_and_every_option_has_a_description()
    {
        var help = LatheProcess.Run("--help");
        help.AssertSuccess();
        var verbs = Section(help.Output, "Commands:").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]).ToList();
        Assert.Contains("run", verbs);
        foreach (var verb in verbs)
        {
            var outcome = LatheProcess.Run(verb, "--help");
            outcome.AssertSuccess();
            foreach (var line in Section(outcome.Output, "Options:").Concat(Section(outcome.Output, "Arguments:")))
            {
                // Two blanks and more divide the name from what it means.
                Assert.Matches(@"^  \S.*\S  +\S", line);
                Assert.DoesNotMatch(@"\[default: .*\[default: ", line);
            }
        }
    }

    private static IEnumerable<string> Section(string help, string title) =>
        help.Split('\n').Select(line => line.TrimEnd('\r')).SkipWhile(line => line != title).Skip(1).TakeWhile(line => line.Length > 0);
}

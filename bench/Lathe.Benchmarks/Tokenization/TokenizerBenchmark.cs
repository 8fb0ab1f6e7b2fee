using BenchmarkDotNet.Attributes;
using Lathe.Formats.Tokenization;

namespace Lathe.Benchmarks.Tokenization;

/// <summary>English prose to tokens, one core, per vocabulary; bytes per second are the text's 147 KB over the mean.</summary>
public class TokenizerBenchmark
{
    private readonly List<int> _tokens = [];
    private byte[] _text = [];
    private Tokenizer _tokenizer = null!;

    /// <summary>The vocabularies by name.</summary>
    public static IEnumerable<string> Vocabularies => Vocabulary.Find([]).Select(vocabulary => vocabulary.Name);

    [ParamsSource(nameof(Vocabularies))]
    public string Name { get; set; } = "";

    [GlobalSetup]
    public void Load()
    {
        _text = File.ReadAllBytes(RepositoryFiles.EnglishText);
        _tokenizer = Tokenizer.Create(Vocabulary.Find([]).Single(vocabulary => vocabulary.Name == Name).Content);
    }

    [Benchmark]
    public int Encode()
    {
        _tokens.Clear();
        _tokenizer.Encode(_text, _tokens);
        return _tokens.Count;
    }
}

using System.Diagnostics;
using Lathe.Formats.Tokenization;
using Lathe.Formats.Tokenization.PreTokenizers;

namespace Lathe.Benchmarks.Tokenization;

/// <summary>Tokeniser throughput on English prose, one core, in seconds: each vocabulary as it is, and the largest one behind every pre-tokeniser.</summary>
internal static class TokenizerTable
{
    public static void Print(IReadOnlyList<string> files)
    {
        var text = File.ReadAllBytes(RepositoryFiles.EnglishText);
        var vocabularies = Vocabulary.Find(files);
        Console.WriteLine($"English prose, {text.Length} bytes, one core; 'first' starts with an empty word cache");
        Console.WriteLine($"{"vocabulary",-58} {"tokens",7} {"MB/s",8} {"first",8} {"B/token",8} {"B/token, string",16} {"bytes per token",16}");
        foreach (var vocabulary in vocabularies)
        {
            PrintRow(vocabulary, text);
        }

        if (vocabularies.Where(vocabulary => vocabulary.IsByteLevel).MaxBy(vocabulary => vocabulary.Size) is { } largest)
        {
            foreach (var name in PreTokenizerCatalog.Names.DistinctBy(PreTokenizerCatalog.Find))
            {
                PrintRow(largest.WithPreTokenizer(name), text);
            }
        }
    }

    private static void PrintRow(Vocabulary vocabulary, byte[] text)
    {
        var tokenizer = Tokenizer.Create(vocabulary.Content);
        var tokens = new List<int>();
        var first = TimeOf(Encode);
        var time = QuickTiming.Best(Encode);
        var allocated = QuickTiming.Allocated(Encode);
        var asString = System.Text.Encoding.UTF8.GetString(text);
        var allocatedByString = QuickTiming.Allocated(() => tokenizer.Encode(asString));
        Console.WriteLine(
            $"{vocabulary.Name,-58} {vocabulary.Size,7} {Speed(time),8:F1} {Speed(first),8:F1} {(double)allocated / tokens.Count,8:F2} " +
            $"{(double)allocatedByString / tokens.Count,16:F1} {(double)text.Length / tokens.Count,16:F2}");

        void Encode()
        {
            tokens.Clear();
            tokenizer.Encode(text, tokens);
        }

        double Speed(TimeSpan duration) => text.Length / duration.TotalSeconds / 1e6;
    }

    private static TimeSpan TimeOf(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed;
    }
}

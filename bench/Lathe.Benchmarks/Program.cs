using BenchmarkDotNet.Running;
using Lathe.Benchmarks;
using Lathe.Benchmarks.Tokenization;

// NAME --quick [FILE...] prints a table in seconds; anything else goes to BenchmarkDotNet, which takes minutes and measures with more care.
return args switch
{
    ["tokenizer", "--quick", .. var files] => Run(() => TokenizerTable.Print(files)),
    [_, "--quick", ..] or [] => Usage(),
    _ => Run(() => BenchmarkSwitcher.FromAssembly(typeof(QuickTiming).Assembly).Run(args, new InProcessConfig())),
};

static int Run(Action action)
{
    action();
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        dotnet run -c Release --project bench/Lathe.Benchmarks -- tokenizer --quick [VOCABULARY.gguf ...]
        dotnet run -c Release --project bench/Lathe.Benchmarks -- --filter '*Tokenizer*'
        """);
    return 2;
}

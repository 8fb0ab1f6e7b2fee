using BenchmarkDotNet.Running;
using Lathe.Benchmarks;
using Lathe.Benchmarks.Kernels;
using Lathe.Benchmarks.Loading;
using Lathe.Benchmarks.Quantization;
using Lathe.Benchmarks.Tokenization;

// NAME --quick prints a table in seconds; anything else goes to BenchmarkDotNet, which takes minutes and measures with more care.
switch (args)
{
    case ["tokenizer", "--quick", .. var vocabularies]:
        TokenizerTable.Print(vocabularies);
        return 0;
    case ["dequantize", "--quick"]:
        DequantizationTable.Print();
        return 0;
    case ["kernels", "--quick"]:
        KernelTable.Print();
        return 0;
    case ["load", "--quick", .. var models] when models.Length <= 1:
        LoadTable.Print(models is [var model] ? model : RepositoryFiles.BuiltInModel);
        return 0;
    case [_, "--quick", ..] or []:
        Console.Error.WriteLine("""
            dotnet run -c Release --project bench/Lathe.Benchmarks -- tokenizer --quick [VOCABULARY.gguf ...]
            dotnet run -c Release --project bench/Lathe.Benchmarks -- dequantize --quick
            dotnet run -c Release --project bench/Lathe.Benchmarks -- kernels --quick
            dotnet run -c Release --project bench/Lathe.Benchmarks -- load --quick [MODEL.gguf]
            dotnet run -c Release --project bench/Lathe.Benchmarks -- --filter '*Tokenizer*'        (BenchmarkDotNet and its options)
            """);
        return 2;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(QuickTiming).Assembly).Run(args, new InProcessConfig());
        return 0;
}

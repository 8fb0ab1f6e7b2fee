using System.Text.RegularExpressions;
using Lathe.Chat;
using Lathe.Tests.Shared;
using Microsoft.Extensions.AI;

namespace Lathe.Tests;

/// <summary>The README's C# is code that compiles: every block of it stands below, word for word.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_example_of_the_readme_is_compiled_here()
    {
        var blocks = CSharpBlocks().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        Assert.NotEmpty(blocks);
        var source = Normalize(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Lathe.Tests", "ReadmeTests.cs")));
        Assert.All(blocks, block => Assert.Contains(Normalize(block.Groups["code"].Value), source, StringComparison.Ordinal));
    }

    /// <summary>The examples need a model.gguf; whether they run is for the tests of what they call.</summary>
    internal static async Task Examples()
    {
        using var model = LatheModel.Load("model.gguf");
        await foreach (var text in model.GenerateAsync("Once upon a time"))
            Console.Write(text);

        using IChatClient client = new LatheChatClient(model);
        var answer = await client.GetResponseAsync("Tell me a story about a dog.");
        Console.WriteLine(answer.Text);
    }

    private static string Normalize(string code) => WhiteSpace().Replace(code, " ").Trim();

    [GeneratedRegex(@"^```csharp\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlocks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}

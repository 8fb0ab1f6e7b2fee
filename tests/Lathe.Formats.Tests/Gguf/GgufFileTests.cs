using System.Diagnostics;
using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed unsafe class GgufFileTests
{
    [Fact]
    public void A_missing_file_a_folder_and_an_empty_file_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["empty.gguf"], []);
        Directory.CreateDirectory(folder["folder.gguf"]);
        Assert.EndsWith("none.gguf does not exist.", OpenError(folder["none.gguf"]).Message, StringComparison.Ordinal);
        Assert.EndsWith("none.gguf does not exist.", OpenError(Path.Combine(folder["none"], "none.gguf")).Message, StringComparison.Ordinal);
        Assert.EndsWith("folder.gguf is a directory, expected a GGUF file.", OpenError(folder["folder.gguf"]).Message, StringComparison.Ordinal);
        Assert.EndsWith("empty.gguf is empty, expected a GGUF file.", OpenError(folder["empty.gguf"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GgufFile.Open(""));
    }

    [Fact]
    public void A_refused_file_is_closed_again()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["bad.gguf"], HeaderBuilder.Start(1, 0).Tensor("t", 0, 0, 8).ToArray());
        Assert.StartsWith("bad.gguf: tensor \"t\".offset at offset ", OpenError(folder["bad.gguf"]).Message, StringComparison.Ordinal);
        using var exclusive = new FileStream(folder["bad.gguf"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void Version_2_reads_as_version_3_does()
    {
        string source = GoldenFiles.Models[0];
        using var folder = new TemporaryFolder();
        byte[] bytes = File.ReadAllBytes(source);
        bytes[4] = 2;
        File.WriteAllBytes(folder["v2.gguf"], bytes);
        using var expected = GgufFile.Open(source);
        using var file = GgufFile.Open(folder["v2.gguf"]);
        Assert.Equal(2u, file.Version);
        Assert.Equal(expected.Metadata.Keys, file.Metadata.Keys);
        Assert.Equal(expected.Tensors.Select(tensor => tensor.ToString()), file.Tensors.Select(tensor => tensor.ToString()));
    }

    [Fact]
    public void The_embedded_model_says_what_its_card_says()
    {
        using var file = GgufFile.Open(GoldenFiles.EmbeddedModel);
        Assert.Equal("llama", file.Metadata.GetString("general.architecture"));
        Assert.Equal("Lathe Tales 29M", file.Metadata.GetString("general.name"));
        var tokens = file.Metadata.GetArray("tokenizer.ggml.tokens");
        Assert.Equal(file.Metadata.GetInteger("llama.vocab_size"), tokens.Count);
        Assert.True(file.TryGetTensor("token_embd.weight", out var embedding));
        Assert.Equal(new TensorShape(file.Metadata.GetInteger("llama.embedding_length"), tokens.Count), embedding.Shape);
        Assert.Equal(GgmlType.Q8_0, embedding.Type);
    }

    [Fact]
    public void A_vocabulary_of_262144_tokens_opens_without_an_object_per_token()
    {
        const int count = 262_144;
        using var folder = new TemporaryFolder();
        string[] tokens = [.. Enumerable.Range(0, count).Select(i => $"token{i}")];
        var writer = new GgufWriter();
        writer.AddArray("tokenizer.ggml.tokens", tokens);
        writer.AddArray<float>("tokenizer.ggml.scores", new float[count]);
        writer.AddArray<int>("tokenizer.ggml.token_type", new int[count]);
        writer.Write(folder["vocabulary.gguf"]);
        GgufFile.Open(folder["vocabulary.gguf"]).Dispose();

        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        using var file = GgufFile.Open(folder["vocabulary.gguf"]);
        var opening = clock.Elapsed;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * 1024);

        var array = file.Metadata.GetArray("tokenizer.ggml.tokens");
        before = GC.GetAllocatedBytesForCurrentThread();
        clock.Restart();
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            bytes += array.GetUtf8(i).Length;
        }

        // One table of offsets for all tokens, 8 bytes each.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (8 * count) + 1024);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Opened in {opening.TotalMilliseconds:F2} ms; all {count} tokens read as UTF-8 in {clock.Elapsed.TotalMilliseconds:F2} ms.");
        Assert.Equal(tokens.Sum(token => (long)token.Length), bytes);
        Assert.Equal(tokens[^1], array.GetString(count - 1));
        Assert.Equal(tokens[12345], array.GetString(12345));
    }

    [Fact]
    public void A_file_over_4_gigabytes_is_mapped_and_hardly_touched()
    {
        const long size = 9L << 30;
        const long tensorBytes = 4L << 30;
        using var folder = new TemporaryFolder();
        string path = folder["large.gguf"];
        byte[] header = HeaderBuilder.Start(3, 0)
            .Tensor("first", 24, 0, 1ul << 31, 2)
            .Tensor("second", 24, (ulong)tensorBytes, 1ul << 31, 2)
            .Tensor("last", 24, (ulong)tensorBytes * 2, 32)
            .Data(0)
            .ToArray();
        long dataStart = header.Length;
        try
        {
            using var stream = new FileStream(path, FileMode.CreateNew);
            stream.SetLength(size);
            WriteAt(stream, 0, header);
            WriteAt(stream, dataStart + tensorBytes, [11]);
            WriteAt(stream, dataStart + (tensorBytes * 2) - 1, [22]);
            WriteAt(stream, dataStart + (tensorBytes * 2), [33]);
        }
        catch (IOException e)
        {
            Assert.Skip($"The disk holds no sparse file of {size >> 30} GiB: {e.Message}");
        }

        long residentBefore = Process.GetCurrentProcess().WorkingSet64;
        using var file = GgufFile.Open(path);
        Assert.Equal(size, file.FileSize);
        Assert.InRange(Process.GetCurrentProcess().WorkingSet64 - residentBefore, long.MinValue, 256 << 20);
        Assert.Equal(tensorBytes, file.Tensors[1].ByteSize);
        Assert.Equal(11, file.Tensors[1].Data[0]);
        Assert.Equal(22, file.Tensors[1].Data[tensorBytes - 1]);
        Assert.Equal(33, file.Tensors[2].Data[0]);
    }

    private static void WriteAt(FileStream stream, long offset, byte[] bytes)
    {
        stream.Position = offset;
        stream.Write(bytes);
    }

    private static GgufException OpenError(string path) => Assert.Throws<GgufException>(() => GgufFile.Open(path));
}

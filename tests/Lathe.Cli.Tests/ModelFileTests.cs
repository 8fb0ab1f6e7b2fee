using Lathe.Tests.Shared;

namespace Lathe.Cli.Tests;

public class ModelFileTests
{
    [Fact]
    public void Inspect_tells_what_is_in_a_file()
    {
        var json = LatheProcess.Run("inspect", Repository.TalesModel, "--json", "--metadata", "--tensors").Json;
        Assert.Equal("llama", json.GetProperty("architecture").GetString());
        Assert.Equal("gpt2", json.GetProperty("tokenizer").GetString());
        Assert.Equal(8192, json.GetProperty("vocabulary").GetInt32());
        Assert.Equal(1024, json.GetProperty("context").GetInt32());
        Assert.True(json.GetProperty("chat_template").GetBoolean());
        Assert.True(json.GetProperty("runs").GetBoolean());
        Assert.Equal(74, json.GetProperty("tensors").GetArrayLength());
        Assert.Equal(8192, json.GetProperty("metadata").GetProperty("tokenizer.ggml.tokens").GetArrayLength());
        Assert.Equal(new FileInfo(Repository.TalesModel).Length, json.GetProperty("bytes").GetInt64());
        var types = json.GetProperty("types").EnumerateArray().ToDictionary(type => type.GetProperty("type").GetString()!, type => type.GetProperty("tensors").GetInt32());
        Assert.Equal(57, types["Q8_0"]);
        Assert.Equal(17, types["F32"]);
    }

    [Fact]
    public void Inspect_prints_tables_for_people()
    {
        var outcome = LatheProcess.Run("inspect", Repository.TalesModel, "--metadata", "--tensors");
        outcome.AssertSuccess();
        Assert.Contains("Lathe Tales 29M", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("blk.7.ffn_down.weight", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("8192 x String: !, \", #", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', outcome.Output);
    }

    [Fact]
    public void Inspect_says_why_a_file_does_not_run()
    {
        var json = LatheProcess.Run("inspect", Path.Combine(Repository.Golden, "llama-q8_0.gguf"), "--json").Json;
        Assert.Contains("tokenizer", json.GetProperty("tokenizer_problem").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.True(json.GetProperty("runs").GetBoolean());
    }

    [Fact]
    public void Inspect_tells_family_tokenizer_and_template()
    {
        using var folder = new TemporaryFolder();
        var file = ModelCopy.Write(
            Repository.TalesModel,
            folder.File("m.gguf"),
            ["blk.3.ffn_up.weight", "output_norm.weight"],
            ("tokenizer.chat_template", File.ReadAllText(Path.Combine(Repository.Root, "tests", "data", "templates", "Qwen-Qwen3-0.6B.jinja"))),
            ("tokenizer.chat_template.rag", "{{ documents }}"));
        var json = LatheProcess.Run("inspect", file, "--json").Json;
        Assert.True(json.GetProperty("known_family").GetBoolean());
        Assert.Equal("byte-level BPE", json.GetProperty("tokenizer_kind").GetString());
        Assert.Equal(["<|endoftext|>", "<|im_end|>"], json.GetProperty("end_tokens").EnumerateArray().Select(token => token.GetString()));
        var template = json.GetProperty("template");
        Assert.Equal("tokenizer.chat_template", template.GetProperty("source").GetString());
        Assert.Equal("rag", Assert.Single(template.GetProperty("named").EnumerateArray()).GetString());
        Assert.True(template.GetProperty("tool_results").GetBoolean());
        Assert.Equal("enable_thinking", template.GetProperty("thinking_switch").GetString());
        Assert.Equal(
            ["output_norm.weight [512] is missing", "blk.3.ffn_up.weight [512, 1536] is missing"],
            json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!).OrderDescending());

        var table = LatheProcess.Run("inspect", file).Output;
        Assert.Contains("byte-level BPE (gpt2), pre-tokeniser gpt-2, 8192 tokens", table, StringComparison.Ordinal);
        Assert.Contains("reasoning (reasoning_content), thinking switch (enable_thinking); others by name: rag", table, StringComparison.Ordinal);
        Assert.Equal(2, table.Split('\n').Count(line => line.Contains("is missing", StringComparison.Ordinal)));
        var stranger = ModelCopy.Write(Repository.TalesModel, folder.File("n.gguf"), texts: [("general.architecture", "lama"), ("tokenizer.chat_template", "{% if %}")]);
        table = LatheProcess.Run("inspect", stranger).Output;
        Assert.Contains("lama, not a family that Lathe runs", table, StringComparison.Ordinal);
        Assert.Contains("tokenizer.chat_template, not usable: Template line 1", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokenize_prints_ids_of_the_exact_bytes_of_a_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("text");
        byte[] bytes = [.. "Hello, <|im_start|>\r\n"u8, 0xFF, (byte)'!'];
        File.WriteAllBytes(file, bytes);
        var plain = Ids("tokenize", "-m", Repository.TalesModel, "--ids", "-f", file);
        var special = Ids("tokenize", "-m", Repository.TalesModel, "--ids", "--special", "--bos", "-f", file);

        // In this vocabulary 8189 begins a text and 8190 is <|im_start|>.
        Assert.DoesNotContain(8190, plain);
        Assert.NotEqual(8189, plain[0]);
        Assert.Equal(8189, special[0]);
        Assert.Contains(8190, special);
        var json = LatheProcess.Run("tokenize", "-m", Repository.TalesModel, "--json", "Hello, world").Json;
        Assert.Equal("Hello, world", string.Concat(json.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString())));
        Assert.Equal(json.GetProperty("tokens").GetArrayLength(), json.GetProperty("pieces").GetArrayLength());

        static int[] Ids(params string[] arguments)
        {
            var outcome = LatheProcess.Run(arguments);
            outcome.AssertSuccess();
            Assert.EndsWith("\n", outcome.Output, StringComparison.Ordinal);
            return [.. outcome.Output.TrimEnd('\n', '\r').Split(' ').Select(int.Parse)];
        }
    }

    [Fact]
    public void Synth_writes_a_file_that_inspects_tokenises_and_runs()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("tiny.gguf");
        var outcome = LatheProcess.Run("synth", "tiny-llama", "q4_k", file, "--layers", "3", "--seed", "5");
        outcome.AssertSuccess();
        Assert.Contains("tiny-llama, 3 layers, Q4_K", outcome.Output, StringComparison.Ordinal);
        var json = LatheProcess.Run("inspect", file, "--json").Json;
        Assert.True(json.GetProperty("runs").GetBoolean());
        Assert.Equal(3, json.GetProperty("layers").GetInt32());
        Assert.Equal(JsonNull, json.GetProperty("tokenizer_problem").ValueKind);
        var run = LatheProcess.Run("run", file, "-p", "Hi", "-n", "5", "--ignore-eos", "--json").Json;
        Assert.Equal(5, run.GetProperty("generated_tokens").GetInt32());
    }

    [Fact]
    public void Template_prints_the_rendering_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var template = folder.Write("t.jinja", "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}{{ strftime_now('%Y') }}{{ extra }}");
        var input = folder.Write("c.json", """{"messages": [{"role": "user", "content": "h\u00e9 <&>"}], "extra": "!"}""");
        var outcome = LatheProcess.Run("template", "--file", template, "--input", input, "--bos", "<s>", "--now", "2031-05-06T07:08:09");
        outcome.AssertSuccess();
        Assert.Equal("<s>user: hé <&>2031!", outcome.Output);
        Assert.Equal("", outcome.Error);
        LatheProcess.Run("template", "--file", folder.Write("r.jinja", "a{{ raise_exception('no system') }}"), "--input", input).AssertFailure("no system");
        LatheProcess.Run("template", "--file", template, "--input", folder.Write("bad.json", "[1")).AssertFailure("is not a JSON object");
    }

    private const System.Text.Json.JsonValueKind JsonNull = System.Text.Json.JsonValueKind.Null;
}

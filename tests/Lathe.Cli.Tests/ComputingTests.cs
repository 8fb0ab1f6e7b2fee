using System.Text.Json;
using Lathe.Tests.Shared;

namespace Lathe.Cli.Tests;

public class ComputingTests
{
    private const string TemplateKey = "tokenizer.chat_template";

    [Fact]
    public void Run_continues_a_text_with_the_built_in_model_and_a_seed_repeats_it()
    {
        var first = LatheProcess.Run("run", "-p", "Once upon a time", "-n", "12", "--seed", "3", "--json").Json;
        Assert.Equal(12, first.GetProperty("generated_tokens").GetInt32());
        Assert.Equal("length", first.GetProperty("finish").GetString());
        Assert.Equal(3, first.GetProperty("seed").GetInt32());
        var text = first.GetProperty("text").GetString()!;
        var again = LatheProcess.RunWithInput("Once upon a time", "run", "-n", "12", "--seed", "3");
        again.AssertSuccess();
        Assert.Equal(text + Environment.NewLine, again.Output);
        Assert.Matches(@"^prompt \d+ tokens, \d+\.\d t/s; generated 12 tokens, \d+\.\d t/s; length; seed 3\r?\n$", again.Error);
        var echoed = LatheProcess.Run("run", "-p", "Once upon a time", "-n", "12", "--seed", "3", "--echo", "--quiet");
        Assert.Equal("Once upon a time" + text + Environment.NewLine, echoed.Output);
        Assert.Equal("", echoed.Error);
    }

    [Fact]
    public void Run_answers_through_the_template_of_a_model_that_has_one_unless_told_not_to()
    {
        const string Question = "Tell me a story about a dog.";
        var answer = Text(Repository.TalesModel, "-p", Question);
        var chat = LatheProcess.RunWithInput(Question, "chat", Repository.TalesModel, "-n", "16", "--temp", "0");
        Assert.Equal(answer, chat.Output.TrimEnd());
        var raw = Text(Repository.TalesModel, "-p", Question, "--raw");
        Assert.NotEqual(answer, raw);

        // The built-in model is the same one, and continues what it is given.
        Assert.Equal(raw, Text("-p", Question));
        Assert.Equal(2, PromptTokens("--special"));
        Assert.True(PromptTokens("--raw") > 2);
        LatheProcess.Run("run", Repository.TalesModel, "-p", " ").AssertFailure("the prompt is empty");

        // The token that begins a text, and then one token or the letters of its name.
        static int PromptTokens(string option) =>
            LatheProcess.Run("run", Repository.TalesModel, "-p", "<|im_end|>", "-n", "1", "--json", option).Json.GetProperty("prompt_tokens").GetInt32();

        static string Text(params string[] arguments) =>
            LatheProcess.Run(["run", .. arguments, "-n", "16", "--temp", "0", "--json"]).Json.GetProperty("text").GetString()!;
    }

    [Fact]
    public void A_template_that_cannot_be_used_leaves_raw_text()
    {
        using var folder = new TemporaryFolder();
        var refusing = ModelCopy.Write(Repository.TalesModel, folder.File("a.gguf"), texts: (TemplateKey, "{{ raise_exception('no chats today') }}"));
        LatheProcess.Run("run", refusing, "-p", "Hi").AssertFailure("no chats today");
        var broken = ModelCopy.Write(Repository.TalesModel, folder.File("b.gguf"), texts: (TemplateKey, "{% if %}"));
        LatheProcess.Run("run", broken, "-p", "Hi").AssertFailure("--raw");
        LatheProcess.Run("run", broken, "-p", "Hi", "-n", "2", "--raw").AssertSuccess();
    }

    [Fact]
    public void Run_ends_before_a_stop_text()
    {
        var full = LatheProcess.Run("run", "-p", "Once upon a time", "-n", "30", "--temp", "0", "--json").Json.GetProperty("text").GetString()!;
        var stop = full.Substring(20, 3);
        var cut = LatheProcess.Run("run", "-p", "Once upon a time", "-n", "30", "--temp", "0", "--stop", stop, "--json").Json;
        Assert.Equal("stop", cut.GetProperty("finish").GetString());
        Assert.Equal(full[..full.IndexOf(stop, StringComparison.Ordinal)], cut.GetProperty("text").GetString());
    }

    [Fact]
    public void A_prompt_beyond_the_context_is_one_sentence() =>
        LatheProcess.Run("run", "-p", "Once upon a time there was", "-c", "3").AssertFailure("context");

    [Fact]
    public void Chat_answers_every_line_until_the_end_of_input()
    {
        var outcome = LatheProcess.RunWithInput("Hello!\nTell me a story.\n", "chat", "-n", "6", "--temp", "0");
        outcome.AssertSuccess();
        var answers = outcome.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.True(answers.Length >= 2, outcome.Output);
        using var folder = new TemporaryFolder();
        var file = folder.File("tiny.gguf");
        LatheProcess.Run("synth", "tiny-llama", "q8_0", file).AssertSuccess();
        LatheProcess.Run("chat", file).AssertFailure("no chat template");
    }

    [Fact]
    public void Logits_are_the_same_however_the_tokens_are_batched_and_tell_which_routes_ran()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(Repository.Golden, "llama-bf16.gguf");
        var (together, apart) = (folder.File("a.f32"), folder.File("b.f32"));
        LatheProcess.Run("logits", "-m", model, "--tokens", "1,2,3,4,5", "--out", together, "--quality", "--kv", "f32").AssertSuccess();
        LatheProcess.Run(
            "logits", "-m", model, "--tokens-file", folder.Write("t.json", """{"tokens": [1, 2, 3, 4, 5], "prefill": 2}"""), "--out", apart, "--quality", "--kv", "f32").AssertSuccess();
        var (first, second) = (Floats(together), Floats(apart));
        Assert.Equal(5 * 320, first.Length);
        Assert.All(first.Zip(second), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        var record = JsonDocument.Parse(File.ReadAllText(apart + ".json")).RootElement;
        Assert.Equal(2, record.GetProperty("prefill").GetInt32());
        Assert.True(record.GetProperty("quality").GetBoolean());
        Assert.All(record.GetProperty("dispatches").EnumerateObject(), route => Assert.EndsWith(".reference", route.Name, StringComparison.Ordinal));
        Assert.NotEmpty(record.GetProperty("dispatches").EnumerateObject());
        LatheProcess.Run("logits", "-m", model, "--tokens-file", folder.Write("u.json", "{}"), "--out", apart).AssertFailure("token ids");
    }

    /// <summary>The engine behind the goldens kept its KV cache in f32, and a reference may be off by rounding only.</summary>
    [Theory]
    [InlineData("llama-q4_k")]
    [InlineData("llama-q8_0")]
    public void Logits_agree_with_the_golden_file(string name)
    {
        using var folder = new TemporaryFolder();
        var golden = Path.Combine(Repository.Golden, name);
        var path = folder.File("l.f32");
        LatheProcess.Run("logits", "-m", golden + ".gguf", "--tokens-file", golden + ".json", "--out", path, "--quality").AssertSuccess();
        var description = JsonDocument.Parse(File.ReadAllText(golden + ".json")).RootElement;
        var positions = description.GetProperty("positions").EnumerateArray().Select(position => position.GetInt32()).ToArray();
        Assert.Equal(
            description.GetProperty("prefill").GetInt32(), JsonDocument.Parse(File.ReadAllText(path + ".json")).RootElement.GetProperty("prefill").GetInt32());
        var (logits, expected) = (Floats(path), Floats(golden + ".logits.f32"));
        var vocabulary = description.GetProperty("vocab").GetInt32();
        Assert.Equal(description.GetProperty("tokens").GetArrayLength() * vocabulary, logits.Length);
        Assert.Equal(positions.Length * vocabulary, expected.Length);
        var mean = expected.Average(logit => (double)logit);
        var deviation = Math.Sqrt(expected.Average(logit => Math.Pow(logit - mean, 2)));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], logits[(positions[i / vocabulary] * vocabulary) + (i % vocabulary)], 1e-4 * deviation);
        }
    }

    [Fact]
    public void Logits_take_tokens_from_a_list_a_file_or_a_text_and_the_option_says_how_many_go_together()
    {
        using var folder = new TemporaryFolder();
        var prefilled = folder.Write("t.json", """{"tokens": [8189, 5, 6, 7], "prefill": 3}""");
        Assert.Equal(("8189,5,6,7", 4), Of("--tokens", "8189,5,6,7"));
        Assert.Equal(("8189,5,6,7", 4), Of("--tokens-file", folder.Write("a.json", "[8189, 5, 6, 7]")));
        Assert.Equal(("8189,5,6,7", 3), Of("--tokens-file", prefilled));
        Assert.Equal(("8189,5,6,7", 1), Of("--tokens-file", prefilled, "--prefill", "1"));
        var text = Of("-f", folder.Write("x.txt", "Once upon a time"));
        Assert.Equal(text.Tokens.Split(',').Length, text.Prefill);

        (string Tokens, int Prefill) Of(params string[] source)
        {
            var path = folder.File("o.f32");
            LatheProcess.Run(["logits", "-m", Repository.TalesModel, "--out", path, .. source]).AssertSuccess();
            var record = JsonDocument.Parse(File.ReadAllText(path + ".json")).RootElement;
            var tokens = record.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()).ToArray();
            Assert.Equal(tokens.Length * 8192 * sizeof(float), new FileInfo(path).Length);
            return (string.Join(',', tokens), record.GetProperty("prefill").GetInt32());
        }
    }

    [Fact]
    public void Routes_are_listed_with_what_a_policy_says_and_what_a_model_uses()
    {
        var all = LatheProcess.Run("routes", "--json", "--route", "cpu.matmul.*=off").Json.GetProperty("routes").EnumerateArray().ToList();
        Assert.Contains(all, route => route.GetProperty("id").GetString() == "cpu.matmul.reference");
        Assert.All(
            all.Where(route => route.GetProperty("id").GetString()!.StartsWith("cpu.matmul.", StringComparison.Ordinal)),
            route => Assert.Equal("off", route.GetProperty("setting").GetString()));
        var nodes = LatheProcess.Run("routes", "-m", Repository.TalesModel, "--json", "--quality").Json.GetProperty("nodes").EnumerateArray().ToList();
        Assert.All(nodes, node => Assert.EndsWith(".reference", node.GetProperty("route").GetString(), StringComparison.Ordinal));
        Assert.Contains(nodes, node => node.GetProperty("node").GetString() == "blk.*.attn_q" && node.GetProperty("count").GetInt32() == 8);
    }

    [Fact]
    public void The_machine_code_of_a_route_can_be_read_on_every_machine()
    {
        var outcome = LatheProcess.Run("routes", "--dump-kernel", "cpu.matmul.q4_k.gemv.vnni512");
        outcome.AssertSuccess();
        Assert.Contains("; gemv Q4_K k=4096 tokens=1 ", outcome.Output);
        Assert.Contains("vpdpbusd zmm18,zmm16,", outcome.Output);
        var kernels = LatheProcess.Run("routes", "--dump-kernel", "cpu.matmul.mxfp4.gemv.vnni512", "--json").Json.GetProperty("kernels").EnumerateArray().ToList();
        Assert.Equal(4, kernels.Count);
        Assert.All(kernels, kernel => Assert.True(kernel.GetProperty("code_bytes").GetInt32() > 500));
        LatheProcess.Run("routes", "--dump-kernel", "cpu.add.reference").AssertFailure("emits no machine code");
        LatheProcess.Run("routes", "--dump-kernel", "cpu.matmul.q4_k.gemv.vnni512", "-m", Repository.TalesModel).AssertFailure("computes nothing of this model");
    }

    [Fact]
    public void Devices_names_the_processor()
    {
        var device = LatheProcess.Run("devices", "--json").Json.EnumerateArray().First();
        Assert.Equal("cpu", device.GetProperty("device").GetString());
        Assert.Equal(Environment.ProcessorCount, device.GetProperty("cores").GetInt32());
    }

    private static float[] Floats(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var floats = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, floats, 0, bytes.Length);
        return floats;
    }
}

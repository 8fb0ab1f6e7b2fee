using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Models;

/// <summary>Golden files with one thing changed: each is refused with a sentence that names the tensor.</summary>
public sealed class TensorLedgerTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"lathe-ledger-{Guid.NewGuid():N}.gguf");

    [Theory]
    [InlineData("llama-q8_0", "blk.1.attn_q.weight")]
    [InlineData("llama-q8_0", "output_norm.weight")]
    [InlineData("qwen2-q4_0", "blk.0.attn_k.bias")]
    [InlineData("qwen3-q6_k", "blk.1.attn_q_norm.weight")]
    [InlineData("qwen3moe-q8_0-q4_k", "blk.0.ffn_up_exps.weight")]
    [InlineData("gpt-oss-q8_0-mxfp4", "blk.2.ffn_down_exps.bias")]
    [InlineData("gemma3-q8_0", "blk.6.post_ffw_norm.weight")]
    public void A_missing_tensor_is_named(string golden, string tensor)
    {
        var problems = Refusal(golden, (writer, source) => Copy(writer, source, except: tensor));
        Assert.Contains(tensor + " [", Assert.Single(problems));
        Assert.Contains("missing", problems[0]);
    }

    [Fact]
    public void A_tensor_too_many_is_named()
    {
        var problems = Refusal("llama-q8_0", (writer, source) =>
        {
            Copy(writer, source);
            writer.AddTensor("blk.0.attn_sinks.weight", GgmlType.F32, new TensorShape(8), new byte[32]);
        });
        Assert.Contains("blk.0.attn_sinks.weight [8] is not a tensor of this family", Assert.Single(problems));
    }

    [Fact]
    public void A_misshaped_tensor_is_named_with_both_shapes()
    {
        var problems = Refusal("llama-q8_0", (writer, source) =>
        {
            Copy(writer, source, except: "blk.0.attn_norm.weight");
            writer.AddTensor("blk.0.attn_norm.weight", GgmlType.F32, new TensorShape(128), new byte[512]);
        });
        Assert.Equal("blk.0.attn_norm.weight has shape [128], expected [256]", Assert.Single(problems));
    }

    [Fact]
    public void A_mistyped_tensor_is_named_with_its_type()
    {
        var problems = Refusal("llama-q8_0", (writer, source) =>
        {
            Copy(writer, source, except: "blk.0.attn_norm.weight");
            writer.AddTensor("blk.0.attn_norm.weight", GgmlType.I32, new TensorShape(256), new byte[1024]);
        });
        Assert.Equal("blk.0.attn_norm.weight has type I32, expected F32", Assert.Single(problems));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var problems = Refusal("llama-q8_0", (writer, source) =>
        {
            Copy(writer, source, except: "blk.0.attn_norm.weight");
            writer.AddTensor("stray.weight", GgmlType.F32, new TensorShape(8), new byte[32]);
        });
        Assert.Equal(2, problems.Count);
    }

    [Fact]
    public void Experts_of_another_number_are_named_with_both_shapes()
    {
        var problems = Refusal("qwen3moe-q8_0-q4_k", (writer, source) =>
        {
            Copy(writer, source, except: "blk.0.ffn_down_exps.weight");
            writer.AddTensor("blk.0.ffn_down_exps.weight", GgmlType.F16, new TensorShape(256, 256, 3), new byte[2 * 256 * 256 * 3]);
        });
        Assert.Equal("blk.0.ffn_down_exps.weight has shape [256, 256, 3], expected [256, 256, 4]", Assert.Single(problems));
    }

    [Theory]
    [InlineData("llama-q8_0", "general.architecture", "newest", "'newest'; Lathe runs llama")]
    [InlineData("llama-q8_0", "llama.block_count", 1_000_000u, "block_count")]
    [InlineData("llama-q8_0", "llama.attention.head_count", 0u, "head_count")]
    [InlineData("llama-q8_0", "llama.attention.head_count_kv", 3u, "share")]
    [InlineData("llama-q8_0", "llama.attention.value_length", 16_000_000u, "more than")]
    [InlineData("llama-q8_0", "llama.rope.dimension_count", 31u, "dimension_count")]
    [InlineData("llama-q8_0", "llama.embedding_length", 4_000_000_000u, "embedding_length")]
    [InlineData("llama-q8_0", "llama.rope.scaling.type", "sideways", "sideways")]
    [InlineData("llama-q8_0", "llama.rope.freq_base", 1u, "rope.freq_base is 1")]
    [InlineData("qwen3moe-q8_0-q4_k", "qwen3moe.expert_used_count", 5u, "expert_used_count is 5")]
    [InlineData("qwen3moe-q8_0-q4_k", "qwen3moe.expert_feed_forward_length", 16_000_000u, "more than")]
    [InlineData("qwen3moe-q8_0-q4_k", "qwen3moe.expert_gating_func", 2u, "gating function 2")]
    [InlineData("gpt-oss-q8_0-mxfp4", "gpt-oss.attention.sliding_window", 0u, "sliding_window is 0")]
    [InlineData("gpt-oss-q8_0-mxfp4", "gpt-oss.rope.scaling.yarn_beta_fast", 0u, "betas")]
    public void Numbers_that_make_no_sense_are_refused(string golden, string key, object value, string expected)
    {
        var problems = Refusal(golden, (writer, source) =>
        {
            Copy(writer, source, exceptKey: key);
            if (value is string text)
            {
                writer.Add(key, text);
            }
            else
            {
                writer.Add(key, (uint)value);
            }
        });
        Assert.Contains(expected, problems[0]);
    }

    public void Dispose() => File.Delete(_path);

    private static void Copy(GgufWriter writer, GgufFile source, string? except = null, string? exceptKey = null)
    {
        foreach (var key in source.Metadata.Keys.Where(key => key != exceptKey))
        {
            writer.Copy(key, source.Metadata);
        }

        foreach (var tensor in source.Tensors.Where(tensor => tensor.Name != except))
        {
            writer.Copy(tensor);
        }
    }

    private IReadOnlyList<string> Refusal(string golden, Action<GgufWriter, GgufFile> change)
    {
        using (var source = GgufFile.Open(Path.Combine(Repository.Golden, golden + ".gguf")))
        {
            var writer = new GgufWriter();
            change(writer, source);
            writer.Write(_path);
        }

        using var file = GgufFile.Open(_path);
        return Assert.Throws<ModelLoadException>(() => Model.Load(file)).Problems;
    }
}

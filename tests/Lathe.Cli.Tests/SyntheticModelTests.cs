using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using Lathe.Formats.Synthesis;

namespace Lathe.Cli.Tests;

public unsafe class SyntheticModelTests
{
    public static TheoryData<GgmlType> Types => [.. BlockFormat.All.Select(format => format.Type)];

    /// <summary>Published parameter counts, in billions.</summary>
    [Theory]
    [InlineData("llama-8b", 8.03)]
    [InlineData("qwen2-1.5b", 1.54)]
    [InlineData("qwen2-3b", 3.09)]
    [InlineData("qwen2-7b", 7.62)]
    [InlineData("qwen3-4b", 4.02)]
    [InlineData("qwen3moe-30b-a3b", 30.53)]
    [InlineData("gemma3-4b", 3.88)]
    [InlineData("gemma3-12b", 11.77)]
    [InlineData("gemma2-2b", 2.61)]
    [InlineData("phi3.5-mini", 3.82)]
    [InlineData("gpt-oss-20b", 20.91)]
    [InlineData("gpt-oss-120b", 116.83)]
    public void A_preset_has_as_many_parameters_as_the_model(string name, double billions)
    {
        var model = new SyntheticModel(ModelPresets.Find(name)!, GgmlType.Q8_0);
        Assert.Equal(billions, model.ParameterCount / 1e9, 0.006);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Weights_of_every_type_are_finite_and_of_the_right_size(GgmlType type)
    {
        using var folder = new TemporaryFolder();
        new SyntheticModel(ModelPresets.Find("tiny-llama")!, type).Write(folder.File("m.gguf"));
        using var file = GgufFile.Open(folder.File("m.gguf"));
        foreach (var tensor in file.Tensors.Where(tensor => tensor.Shape.Rank > 1))
        {
            // The smallest have too few blocks for a narrow limit: every block has scales of its own.
            Assert.Equal(type, tensor.Type);
            var values = new float[tensor.Shape.ElementCount];
            fixed (float* target = values)
            {
                BlockFormat.Get(type).Dequantize(tensor.Data, target, values.Length);
            }

            Assert.All(values, value => Assert.True(float.IsFinite(value)));
            var expected = 1 / Math.Sqrt(tensor.Shape.D0);
            var mean = values.Average(value => (double)value);
            Assert.InRange(Math.Sqrt(values.Average(value => (double)value * value)) / expected, 0.8, 1.2);
            Assert.InRange(mean / expected, -0.1, 0.1);
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_file_and_another_one_another()
    {
        using var folder = new TemporaryFolder();
        var preset = ModelPresets.Find("tiny-gpt-oss")!;
        Assert.Equal(Bytes(1), Bytes(1));
        Assert.NotEqual(Bytes(1), Bytes(2));

        byte[] Bytes(ulong seed)
        {
            new SyntheticModel(preset, GgmlType.MXFP4, seed).Write(folder.File("m.gguf"));
            return File.ReadAllBytes(folder.File("m.gguf"));
        }
    }

    [Fact]
    public void Mxfp4_is_for_experts_and_what_does_not_fit_falls_back()
    {
        var gptOss = ModelPresets.Find("gpt-oss-20b")!;
        var mxfp4 = new SyntheticModel(gptOss, GgmlType.MXFP4);
        Assert.All(mxfp4.Tensors.Where(tensor => tensor.Name.EndsWith("_exps.weight", StringComparison.Ordinal)), tensor => Assert.Equal(GgmlType.MXFP4, tensor.Type));
        Assert.Equal(GgmlType.Q8_0, mxfp4.Tensors.Single(tensor => tensor.Name == "blk.0.attn_q.weight").Type);
        Assert.Equal(GgmlType.F32, mxfp4.Tensors.Single(tensor => tensor.Name == "blk.0.ffn_gate_inp.weight").Type);

        // Rows of 2880 are whole blocks of 32 but not of 256; only attn_output has rows of 4096.
        var q4k = new SyntheticModel(gptOss, GgmlType.Q4_K);
        Assert.Equal(GgmlType.Q8_0, q4k.Tensors.Single(tensor => tensor.Name == "token_embd.weight").Type);
        Assert.Equal(GgmlType.Q4_K, q4k.Tensors.Single(tensor => tensor.Name == "blk.0.attn_output.weight").Type);
        Assert.Equal(2 + (24 * 6), q4k.Fallbacks[GgmlType.Q8_0]);
    }

    [Fact]
    public void A_cancelled_write_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var model = new SyntheticModel(ModelPresets.Find("tiny-llama")!, GgmlType.Q8_0);
        Assert.Throws<OperationCanceledException>(() => model.Write(folder.File("m.gguf"), _ => cancellation.Cancel(), cancellation.Token));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(folder.File("m"))!));
    }
}

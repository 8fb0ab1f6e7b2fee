using Lathe.Formats.Gguf;

namespace Lathe.Formats.Synthesis;

/// <summary>The tensors of a preset in the order of computation.</summary>
/// <param name="preset">The shape.</param>
/// <param name="type">The type that was asked for.</param>
internal sealed class PresetTensors(ModelPreset preset, GgmlType type)
{
    public IEnumerable<SyntheticTensor> All()
    {
        yield return Matrix("token_embd.weight", preset.Embedding, preset.Vocabulary);
        if (preset.HasFrequencyFactors)
        {
            yield return Vector("rope_freqs.weight", preset.HeadDim / 2, TensorContent.FrequencyFactors);
        }

        if (preset.LongRopeOriginalContext > 0)
        {
            yield return Vector("rope_factors_long.weight", preset.HeadDim / 2, TensorContent.FrequencyFactors);
            yield return Vector("rope_factors_short.weight", preset.HeadDim / 2, TensorContent.FrequencyFactors);
        }

        for (var layer = 0; layer < preset.Layers; layer++)
        {
            foreach (var tensor in Attention().Concat(preset.Experts > 0 ? ExpertFeedForward() : DenseFeedForward()))
            {
                yield return tensor with { Name = $"blk.{layer}.{tensor.Name}" };
            }
        }

        yield return Norm("output_norm.weight", preset.Embedding);
        if (!preset.IsTied)
        {
            yield return Matrix("output.weight", preset.Embedding, preset.Vocabulary);
        }
    }

    private IEnumerable<SyntheticTensor> Attention()
    {
        var (query, keyValue) = (preset.Heads * preset.HeadDim, preset.KvHeads * preset.HeadDim);
        yield return Norm("attn_norm.weight", preset.Embedding);
        (string Name, int Width)[] projections = preset.HasFusedProjections
            ? [("attn_qkv", query + (2 * keyValue))]
            : [("attn_q", query), ("attn_k", keyValue), ("attn_v", keyValue)];
        foreach (var (name, width) in projections)
        {
            yield return Matrix(name + ".weight", preset.Embedding, width);
            if (preset.HasQkvBias)
            {
                yield return Vector(name + ".bias", width, TensorContent.Bias);
            }
        }

        if (preset.HasQkNorm)
        {
            yield return Norm("attn_q_norm.weight", preset.HeadDim);
            yield return Norm("attn_k_norm.weight", preset.HeadDim);
        }

        if (preset.HasSinks)
        {
            yield return Vector("attn_sinks.weight", preset.Heads, TensorContent.Bias);
        }

        yield return Matrix("attn_output.weight", query, preset.Embedding);
        if (preset.HasOutputBias)
        {
            yield return Vector("attn_output.bias", preset.Embedding, TensorContent.Bias);
        }

        if (preset.HasBranchNorms)
        {
            yield return Norm("post_attention_norm.weight", preset.Embedding);
        }

        yield return Norm(preset.FeedForwardNorm + ".weight", preset.Embedding);
    }

    private IEnumerable<SyntheticTensor> DenseFeedForward()
    {
        if (!preset.HasFusedProjections)
        {
            yield return Matrix("ffn_gate.weight", preset.Embedding, preset.FeedForward);
        }

        // Files name the fused pair after its second half.
        yield return Matrix("ffn_up.weight", preset.Embedding, (preset.HasFusedProjections ? 2 : 1) * preset.FeedForward);
        yield return Matrix("ffn_down.weight", preset.FeedForward, preset.Embedding);
        if (preset.HasBranchNorms)
        {
            yield return Norm("post_ffw_norm.weight", preset.Embedding);
        }
    }

    private IEnumerable<SyntheticTensor> ExpertFeedForward()
    {
        // The router decides which experts run: like published files, it is never quantised.
        yield return new SyntheticTensor("ffn_gate_inp.weight", GgmlType.F32, new TensorShape(preset.Embedding, preset.Experts), TensorContent.Matrix);
        if (preset.HasOutputBias)
        {
            yield return Vector("ffn_gate_inp.bias", preset.Experts, TensorContent.Bias);
        }

        var (outer, inner) = (preset.Embedding, preset.ExpertFeedForward);
        foreach (var (name, input, output) in new[] { ("ffn_gate_exps", outer, inner), ("ffn_up_exps", outer, inner), ("ffn_down_exps", inner, outer) })
        {
            yield return new SyntheticTensor(name + ".weight", TypeFor(input, isExpert: true), new TensorShape(input, output, preset.Experts), TensorContent.Matrix);
            if (preset.HasOutputBias)
            {
                yield return new SyntheticTensor(name + ".bias", GgmlType.F32, new TensorShape(output, preset.Experts), TensorContent.Bias);
            }
        }
    }

    private static SyntheticTensor Norm(string name, int width) => Vector(name, width, TensorContent.Norm);

    private static SyntheticTensor Vector(string name, int width, TensorContent content) => new(name, GgmlType.F32, new TensorShape(width), content);

    private SyntheticTensor Matrix(string name, int input, int output) =>
        new(name, TypeFor(input, isExpert: false), new TensorShape(input, output), TensorContent.Matrix);

    /// <summary>MXFP4 is a format of experts: in a mixture of experts everything else is Q8_0. Where a row is not a whole number of blocks,
    /// Q8_0 is taken instead, and F16 where that does not fit either.</summary>
    private GgmlType TypeFor(int rowLength, bool isExpert)
    {
        var wanted = type == GgmlType.MXFP4 && preset.Experts > 0 && !isExpert ? GgmlType.Q8_0 : type;
        GgmlType[] choices = [wanted, GgmlType.Q8_0, GgmlType.F16];
        return choices.First(choice => rowLength % GgmlTypeInfo.Of(choice).BlockElements == 0);
    }
}

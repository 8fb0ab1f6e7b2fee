namespace Lathe.Engine.Models;

/// <summary>Reads the rotary position embedding and its scaling.</summary>
internal static class RopeReader
{
    /// <param name="frequencyFactors">Divisors of the frequencies that the file brings as a tensor, or null.</param>
    public static RopeParameters Read(ModelMetadata metadata, HyperParameters h, RopeStyle style, Weight? frequencyFactors = null)
    {
        var frequencyBase = ReadBase(metadata, "rope.freq_base", 10000);
        var factor = metadata.Number("rope.scaling.factor", metadata.Number("rope.scale_linear", 0));
        var attention = metadata.Number("rope.scaling.attn_factor", 1);
        if (factor < 0 || attention <= 0)
        {
            throw new ModelLoadException($"the rope scaling factor {factor} and its attention factor {attention} must be positive");
        }

        var rope = new RopeParameters(style, Dims(metadata, h), frequencyBase, factor == 0 ? 1 : 1 / factor, frequencyFactors, Magnitude: attention);
        return (metadata.Text("rope.scaling.type") ?? "linear") switch
        {
            "none" => rope with { PositionScale = 1 },
            "linear" => rope,
            "yarn" => WithYarn(rope, metadata, h),
            "longrope" when frequencyFactors is not null => rope with { PositionScale = 1 },
            var other => throw new ModelLoadException($"{metadata.Architecture}.rope.scaling.type is '{other}', which Lathe does not support for this family"),
        };
    }

    /// <summary>Values per head that rotate.</summary>
    public static int Dims(ModelMetadata metadata, HyperParameters h)
    {
        var dims = metadata.Count("rope.dimension_count", h.HeadDim);
        return dims % 2 == 0 && dims <= h.HeadDim
            ? dims
            : throw new ModelLoadException($"{metadata.Architecture}.rope.dimension_count is {dims}, expected an even count up to the head width {h.HeadDim}");
    }

    /// <summary>A frequency base, which must be above 1: its logarithm divides.</summary>
    public static double ReadBase(ModelMetadata metadata, string key, double otherwise)
    {
        var value = metadata.Number(key, otherwise);
        return value > 1 ? value : throw new ModelLoadException($"{metadata.Architecture}.{key} is {value}, expected a number above 1");
    }

    private static RopeParameters WithYarn(RopeParameters rope, ModelMetadata metadata, HyperParameters h)
    {
        if (metadata.Number("rope.scaling.yarn_log_multiplier", 0) != 0)
        {
            throw new ModelLoadException($"{metadata.Architecture}.rope.scaling.yarn_log_multiplier is set, which Lathe does not support for this family");
        }

        // -1 stands for the default in old files.
        var extrapolation = metadata.Number("rope.scaling.yarn_ext_factor", -1);
        var yarn = new YarnScaling(
            metadata.Count("rope.scaling.original_context_length", h.ContextLength),
            extrapolation < 0 ? 1 : extrapolation,
            metadata.Number("rope.scaling.yarn_beta_fast", 32),
            metadata.Number("rope.scaling.yarn_beta_slow", 1));
        if (yarn.BetaFast <= 0 || yarn.BetaSlow <= 0)
        {
            throw new ModelLoadException($"the YaRN betas {yarn.BetaFast} and {yarn.BetaSlow} must be positive");
        }

        // Longer contexts flatten the softmax; queries and keys grow by 1 + 0.1 ln(factor) to make up for it.
        var growth = extrapolation != 0 && rope.PositionScale < 1 ? 1 + (0.1 * Math.Log(1 / rope.PositionScale)) : 1;
        return rope with { Yarn = yarn, Magnitude = rope.Magnitude * growth * metadata.Number("rope.scaling.yarn_attn_factor", 1) };
    }
}

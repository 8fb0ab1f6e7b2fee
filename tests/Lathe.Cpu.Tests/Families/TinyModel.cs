using System.Runtime.InteropServices;
using Lathe.Cpu.Tests.Ops;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.Families;

/// <summary>A family in a file of random f32 weights, and its forward pass in f64 that shares no code with the library.</summary>
internal abstract class TinyModel
{
    protected const int Embedding = 64;
    protected const int Heads = 4;
    protected const int KvHeads = 2;
    protected const int HeadDim = 16;
    protected const int FeedForward = 96;
    protected const int Layers = 3;
    protected const double Epsilon = 1e-5;
    protected const double RopeBase = 10000;

    private readonly GgufWriter _writer = new();
    private readonly Dictionary<string, float[]> _tensors = [];

    protected TinyModel(string architecture)
    {
        Architecture = architecture;
        _writer.Add("general.architecture", architecture);
        Count("embedding_length", Embedding);
        Count("block_count", Layers);
        Count("feed_forward_length", FeedForward);
        Count("attention.head_count", Heads);
        Count("attention.head_count_kv", KvHeads);
        Count("attention.key_length", HeadDim);
        Count("attention.value_length", HeadDim);
        Number("attention.layer_norm_rms_epsilon", (float)Epsilon);
        Number("rope.freq_base", (float)RopeBase);
        Tensor("token_embd.weight", Embedding, Vocabulary);
        Tensor("output_norm.weight", Embedding);
    }

    public const int Vocabulary = 50;

    public string Architecture { get; }

    public void Write(string path) => _writer.Write(path);

    /// <summary>Logits after each token.</summary>
    /// <param name="sessionLength">Tokens that the session was said to hold at most, null if nothing was said.</param>
    public double[][] Logits(int[] tokens, int? sessionLength)
    {
        var keys = Enumerable.Range(0, Layers).Select(_ => new List<double[]>()).ToArray();
        var values = Enumerable.Range(0, Layers).Select(_ => new List<double[]>()).ToArray();
        return [.. tokens.Select((token, position) => Forward(token, position, keys, values, sessionLength))];
    }

    protected abstract double[] Forward(int token, int position, List<double[]>[] keys, List<double[]>[] values, int? sessionLength);

    protected float[] this[string name] => _tensors[name];

    protected void Count(string key, int value) => _writer.Add($"{Architecture}.{key}", (uint)value);

    protected void Number(string key, float value) => _writer.Add($"{Architecture}.{key}", value);

    /// <summary>Norms and divisors lie around 1, matrices keep the size of what they multiply.</summary>
    protected void Tensor(string name, params long[] shape)
    {
        var values = Numbers.Normal((int)shape.Aggregate((a, b) => a * b), seed: _tensors.Count + 1);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = shape.Length == 1 ? 1 + (0.3f * MathF.Abs(values[i])) : 1.5f * values[i] / MathF.Sqrt(shape[0]);
        }

        _tensors.Add(name, values);
        _writer.AddTensor(name, GgmlType.F32, new TensorShape(shape), MemoryMarshal.AsBytes<float>(values).ToArray());
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Golden;

/// <summary>A tiny random model with the logits that a well-known engine computed on its exact f32 twin.</summary>
internal sealed class GoldenModel
{
    private readonly string _path;
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly float[] _logits;

    public GoldenModel(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Golden, name + ".json")));
        _path = Path.Combine(Repository.Golden, name + ".gguf");
        _tokens = [.. json.RootElement.GetProperty("tokens").EnumerateArray().Select(element => element.GetInt32())];
        _positions = [.. json.RootElement.GetProperty("positions").EnumerateArray().Select(element => element.GetInt32())];
        Prefill = json.RootElement.GetProperty("prefill").GetInt32();
        _logits = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(Repository.Golden, name + ".logits.f32"))).ToArray();
        var mean = _logits.Average(value => (double)value);
        StandardDeviation = Math.Sqrt(_logits.Average(value => Math.Pow(value - mean, 2)));
    }

    /// <summary>Tokens that the recorded engine took in one batch; it took the rest one by one.</summary>
    public int Prefill { get; }

    public int TokenCount => _tokens.Length;

    public double StandardDeviation { get; }

    /// <summary>Root mean square of the difference between Lathe's logits and the recorded ones.</summary>
    /// <param name="chunks">Lengths of the pieces in which the tokens are appended; the last one repeats.</param>
    public double Error(RoutePolicy policy, KvElementType kv, int threads, params int[] chunks)
    {
        using var file = GgufFile.Open(_path);
        using var backend = new CpuBackend(threads);
        using var runtime = new ModelRuntime(Model.Load(file), backend, new RuntimeOptions { Policy = policy, KvElementType = kv });
        using var session = runtime.CreateSession();
        var vocabulary = runtime.Model.HyperParameters.VocabularySize;
        double sum = 0;
        var compared = 0;
        for (int start = 0, piece = 0; start < _tokens.Length; piece++)
        {
            var count = Math.Min(chunks[Math.Min(piece, chunks.Length - 1)], _tokens.Length - start);
            session.Append(_tokens.AsMemory(start, count), Compare);
            start += count;
        }

        Assert.Equal(_logits.Length, compared);
        Assert.Empty(backend.Routes.Unusable);
        return Math.Sqrt(sum / compared);

        void Compare(int position, ReadOnlySpan<float> logits)
        {
            var row = Array.IndexOf(_positions, position);
            for (var i = 0; row >= 0 && i < vocabulary; i++)
            {
                sum += Math.Pow((double)logits[i] - _logits[(row * vocabulary) + i], 2);
                compared++;
            }
        }
    }
}

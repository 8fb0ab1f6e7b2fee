using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.Families;

/// <summary>Families without recorded logits, against a forward pass in f64.</summary>
public sealed class TinyModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Tokens = 90;

    private static readonly Dictionary<string, Func<TinyModel>> s_models = new()
    {
        ["mixtral"] = () => new TinyMixtral(),
        ["phi3"] = () => new TinyPhi3(),
        ["gemma2"] = () => new TinyGemma2(),
    };

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"lathe-tiny-{Guid.NewGuid():N}.gguf");

    /// <summary>The architectures that these tests cover.</summary>
    public static IEnumerable<string> Architectures => s_models.Values.Select(create => create().Architecture);

    public static TheoryData<string, int> Models() => [.. from name in s_models.Keys from chunk in new[] { Tokens, 7, 1 } select (name, chunk)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Reference_routes_agree_with_the_plain_forward_pass(string name, int chunk) =>
        Check(name, chunk, RoutePolicy.Reference, sessionLength: null, limit: 1e-5);

    /// <summary>Without attention in bf16: scores of these random models are in the tens, where bf16 keeps two digits and mixtral picks other experts.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Fast_routes_of_f32_agree_with_the_plain_forward_pass(string name, int chunk) =>
        Check(name, chunk, RoutePolicy.Create(rules: ["cpu.attention.prefill.amx=off", "cpu.attention.prefill.avx512bf16=off"]), sessionLength: null, limit: 1e-4);

    [Fact]
    public void Phi3_has_other_frequencies_for_short_sessions() => Check("phi3", 8, RoutePolicy.Reference, sessionLength: 32, limit: 1e-5);

    public void Dispose() => File.Delete(_path);

    private void Check(string name, int chunk, RoutePolicy policy, int? sessionLength, double limit)
    {
        var tiny = s_models[name]();
        tiny.Write(_path);
        var random = new Random(7);
        int[] tokens = [.. Enumerable.Range(0, sessionLength ?? Tokens).Select(_ => random.Next(TinyModel.Vocabulary))];
        var expected = tiny.Logits(tokens, sessionLength);

        using var file = GgufFile.Open(_path);
        using var backend = new CpuBackend(threads: 2);
        var options = new RuntimeOptions { Policy = policy, KvElementType = KvElementType.F32, ContextLength = sessionLength };
        using var runtime = new ModelRuntime(Model.Load(file, sessionLength), backend, options);
        using var session = runtime.CreateSession();
        double difference = 0, power = 0;
        var compared = 0;
        for (var start = 0; start < tokens.Length; start += chunk)
        {
            session.Append(tokens.AsMemory(start, Math.Min(chunk, tokens.Length - start)), Compare);
        }

        Assert.Equal(tokens.Length * TinyModel.Vocabulary, compared);
        Assert.Empty(backend.Routes.Unusable);
        output.WriteLine($"{name} in chunks of {chunk}: rms {Math.Sqrt(difference / power):e2} of the logits' own");
        Assert.InRange(Math.Sqrt(difference / power), 0, limit);

        void Compare(int position, ReadOnlySpan<float> logits)
        {
            for (var i = 0; i < logits.Length; i++)
            {
                difference += Math.Pow(logits[i] - expected[position][i], 2);
                power += Math.Pow(expected[position][i], 2);
                compared++;
            }
        }
    }
}

using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Tests.Shared;

namespace Lathe.Cpu.Tests.Checks;

public sealed class KnownAnswerCheckTests
{
    [Theory]
    [InlineData(true, "known-answer check")]
    [InlineData(false, "no registers left")]
    public void A_route_that_fails_is_replaced_and_reported_once(bool compiles, string reason)
    {
        CpuRoute[] sound = [.. CpuRoutes.CreateAll()];
        var broken = new BrokenRoute(sound.Single(route => route.Id == "cpu.glu.reference"), compiles);
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "llama-q8_0.gguf"));
        using var backend = new CpuBackend(2, [.. sound, broken]);
        var reports = new List<string>();
        backend.Routes.RouteFailed += (_, message) => reports.Add(message);
        using var runtime = new ModelRuntime(Model.Load(file), backend, new RuntimeOptions { Policy = RoutePolicy.Default });
        using var session = runtime.CreateSession();
        session.Append(new[] { 1, 2, 3 });
        session.Append(4);
        Assert.Contains(reason, Assert.Single(reports));
        Assert.Equal(0, broken.Dispatches);
        Assert.True(backend.Routes.Routes.Single(route => route.Id == "cpu.glu.simd").Dispatches > 0);
    }

    [Fact]
    public void Every_default_route_passes_on_every_golden_of_the_families()
    {
        foreach (var name in new[] { "llama-q4_k", "llama-q8_0", "llama-bf16", "qwen2-q4_0", "qwen2-q5_k", "qwen3-q6_k", "qwen3moe-q8_0-q4_k", "gpt-oss-q8_0-mxfp4", "gemma3-q8_0", "gemma3-iq4_xs" })
        {
            using var file = GgufFile.Open(Path.Combine(Repository.Golden, name + ".gguf"));
            using var backend = new CpuBackend(2);
            using var runtime = new ModelRuntime(Model.Load(file), backend, new RuntimeOptions { Policy = RoutePolicy.Create(requireFast: true) });
            runtime.GraphFor(1, 1);
            runtime.GraphFor(64, 64);
            Assert.Empty(backend.Routes.Unusable);
        }
    }

    [Fact]
    public void Quality_runs_reference_routes_only()
    {
        using var file = GgufFile.Open(Path.Combine(Repository.Golden, "qwen3-q6_k.gguf"));
        using var backend = new CpuBackend(2);
        using var runtime = new ModelRuntime(Model.Load(file), backend, new RuntimeOptions { Policy = RoutePolicy.Reference, KvElementType = KvElementType.F32 });
        using var session = runtime.CreateSession();
        session.Append(new[] { 1, 2, 3 });
        var ops = runtime.GraphFor(3, 1).Assignments.Select(assignment => assignment.Node.Op).ToHashSet();
        Assert.Equal(9, ops.Count);
        Assert.All(backend.Routes.Routes, route => Assert.Equal(route.IsReference && ops.Contains(route.Op), route.Dispatches > 0));
    }
}

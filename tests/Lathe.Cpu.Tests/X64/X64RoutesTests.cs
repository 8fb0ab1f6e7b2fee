using System.Globalization;
using Lathe.Cpu.Tests.Ops;
using Lathe.Cpu.X64;
using Lathe.Engine.Graphs;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.X64;

/// <summary>What all emitted routes have in common. Nothing is run: this works on every machine.</summary>
public sealed class X64RoutesTests
{
    public static TheoryData<string> Ids => [.. X64Routes.CreateAll().Select(route => route.Id)];

    public static TheoryData<string, GgmlType> Products
    {
        get
        {
            var products = new TheoryData<string, GgmlType>();
            foreach (var recipe in X64Routes.Products)
            {
                foreach (var type in recipe.Types)
                {
                    products.Add(recipe.Name, type);
                }
            }

            return products;
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_route_lists_its_machine_code(string id)
    {
        var kernels = OpRoutes.Get(id).Kernels(node: null).ToList();
        Assert.NotEmpty(kernels);
        Assert.Equal(kernels.Count, kernels.Select(kernel => kernel.Key).Distinct().Count());
        Assert.All(kernels, kernel =>
        {
            var lines = kernel.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.EndsWith(" ret", lines[^1]);
            Assert.All(lines, line => Assert.DoesNotContain("(bad)", line));

            // The addresses run without a gap to the end.
            var last = lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(kernel.CodeBytes, int.Parse(last[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) + (last[1].Length / 2));
        });
    }

    /// <summary>What is listed is what a kernel of that length has compiled, down to the last baked value.</summary>
    [Theory]
    [MemberData(nameof(Products))]
    public void A_product_compiles_what_it_lists(string name, GgmlType type)
    {
        const int MaxRows = 512;
        var recipe = X64Routes.Products.Single(recipe => recipe.Name == name && recipe.Types.Contains(type));
        Assert.SkipWhen(recipe.WhyNotHere is not null, $"{name}: {recipe.WhyNotHere}.");
        var k = BlockFormat.Get(type).BlockElements <= 32 && recipe.LengthMultiple <= 32 ? 2880 : 2816;
        _ = recipe.CreateKernel(type, k, Math.Min(recipe.MaxRows, MaxRows), ofExperts: false);
        var compiled = KernelCache.Kernels.ToLookup(kernel => kernel.Key, kernel => kernel.CodeBytes);
        Assert.All(recipe.List(type, k), kernel => Assert.Equal(kernel.CodeBytes, Assert.Single(compiled[kernel.Key])));
    }

    [Theory]
    [InlineData("cpu.attention.decode.avx512")]
    [InlineData("cpu.attention.prefill.amx")]
    [InlineData("cpu.attention.prefill.avx512")]
    [InlineData("cpu.attention.prefill.avx512bf16")]
    public void The_code_of_attention_bakes_what_the_node_says(string id)
    {
        var attention = new AttentionParameters(HeadCount: 6, KvHeadCount: 2, HeadDim: 96, ValueDim: 64, Scale: 1, Window: 7, Softcap: 30);
        var node = new AttentionNode("attention", 0, Values.Tokens(0, 6 * 96, 96), attention, Values.Tokens(1, 6 * 64));
        var kernels = OpRoutes.Get(id).Kernels(node).ToList();
        Assert.Contains(kernels, kernel => kernel.Key.Contains("cap=True window=True", StringComparison.Ordinal));
        Assert.Contains(kernels, kernel => kernel.Key.Contains("96", StringComparison.Ordinal));
        Assert.Contains(kernels, kernel => kernel.Key.Contains("64", StringComparison.Ordinal));
    }

    /// <summary>A generic form is there to be compared: its code names no row length, it is never preferred to the specialised one, and what it is for is the same.</summary>
    [Fact]
    public void Generic_forms_come_after_the_specialised_ones()
    {
        var routes = X64Routes.CreateAll().ToDictionary(route => route.Id);
        var twins = routes.Values.Where(route => route.Id.EndsWith(".generic", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(twins);
        foreach (var twin in twins)
        {
            var specialized = routes[twin.Id[..^".generic".Length]];
            Assert.True(twin.Priority < specialized.Priority);
            Assert.NotEqual(RouteSetting.On, twin.Default);
            Assert.Equal(RouteSetting.On, specialized.Default);
            Assert.Equal(specialized.Tolerance, twin.Tolerance);
            Assert.Contains("one form for all row lengths", twin.Summary);
            Assert.Contains(twin.Kernels(node: null), kernel => kernel.Key.Contains("=any ", StringComparison.Ordinal));
            Assert.DoesNotContain(specialized.Kernels(node: null), kernel => kernel.Key.Contains("=any ", StringComparison.Ordinal));
        }
    }
}

using Lathe.Cpu.MatMul;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>One way to multiply by weights in machine code: what its routes, for plain products and for those of experts of each type, have in common.</summary>
internal sealed record MatMulRecipe
{
    /// <summary>Row length of a kernel that is listed without a model.</summary>
    public const int UsualK = 4096;

    /// <summary>Up to here weights are multiplied as they are read, above it they are unpacked or packed once for all tokens.</summary>
    public const int MaxGemvRows = 8;

    /// <summary>Last part of the ids.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<GgmlType> Types { get; init; }

    /// <summary>What is done with the weights.</summary>
    public required string Summary { get; init; }

    /// <summary>The instructions that it needs.</summary>
    public required string Instructions { get; init; }

    /// <summary>Why it cannot run in this process; null if it can.</summary>
    public required string? WhyNotHere { get; init; }

    public required int Priority { get; init; }

    public RouteSetting Default { get; init; } = RouteSetting.On;

    /// <summary>Largest error of the known-answer check; null for that of 8-bit activations.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Rows of activations that it is for.</summary>
    public int MinRows { get; init; } = 1;

    /// <inheritdoc cref="MinRows"/>
    public int MaxRows { get; init; } = int.MaxValue;

    /// <summary>Rows of weights have a multiple of this many values.</summary>
    public int LengthMultiple { get; init; } = 1;

    /// <summary>Whether it multiplies by experts, too.</summary>
    public bool IsForExperts { get; init; } = true;

    /// <inheritdoc cref="MatMulRoute.GainsFromGating"/>
    public bool GainsFromGating { get; init; }

    /// <summary>Makes the kernel.</summary>
    public required KernelFactory CreateKernel { get; init; }

    /// <summary>All machine code of a type for a row length.</summary>
    public required Func<GgmlType, int, IEnumerable<KernelListing>> List { get; init; }

    /// <summary>The same for experts, where that is other code.</summary>
    public Func<GgmlType, int, IEnumerable<KernelListing>>? ListOfExperts { get; init; }

    public string Guard =>
        (LengthMultiple > 1 ? $"rows of whole {LengthMultiple} values, " : "")
        + (MinRows > 1 ? $"at least {MinRows} rows, " : "") + (MaxRows < int.MaxValue ? $"up to {MaxRows} rows, " : "") + Instructions;

    /// <summary>Its routes.</summary>
    public IEnumerable<CpuRoute> CreateRoutes() =>
    [
        .. Types.Select(type => new EmittedMatMulRoute(type, this)),
        .. IsForExperts ? Types.Select(type => new EmittedExpertMatMulRoute(type, this)) : [],
    ];

    /// <summary>Why it is not for rows of <paramref name="k"/> values; null if it is.</summary>
    public string? WhyNotLength(int k) => k % LengthMultiple != 0 ? $"is for rows of whole {LengthMultiple} values" : null;

    /// <summary>Why it is not for <paramref name="rows"/> rows of activations; null if it is.</summary>
    public string? WhyNotRows(int rows) =>
        rows > MaxRows ? $"is for up to {MaxRows} rows"
        : rows < MinRows ? $"is for at least {MinRows} rows"
        : null;

    /// <param name="type">Weight type.</param>
    /// <param name="k">Values per row.</param>
    /// <param name="rows">Most rows of activations.</param>
    /// <param name="ofExperts">True if every call has the rows that an expert wants, as f32.</param>
    /// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
    public delegate MatrixKernel KernelFactory(GgmlType type, int k, int rows, bool ofExperts);
}

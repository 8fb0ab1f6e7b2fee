using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Engine.Models;

/// <summary>Accounts for every tensor of a file: each one is claimed exactly once or named as ignored, each slot of the family is filled,
/// types and shapes are checked. All that is wrong is said at once, one sentence per tensor.</summary>
public sealed class TensorLedger(GgufFile file)
{
    private readonly HashSet<string> _settled = [];
    private readonly List<string> _problems = [];

    public bool Has(string name) => file.TryGetTensor(name, out _);

    /// <summary>Claims a matrix <c>[in, out]</c> of any computable type.</summary>
    public Weight Matrix(string name, int inputWidth, int outputWidth) => Claim(name, [inputWidth, outputWidth], isVector: false);

    /// <summary>Claims the matrices <c>[in, out, experts]</c> of a layer's experts, of any computable type.</summary>
    public Weight Experts(string name, int inputWidth, int outputWidth, int experts) => Claim(name, [inputWidth, outputWidth, experts], isVector: false);

    /// <summary>Claims a vector of f32 values.</summary>
    public Weight Vector(string name, int width) => Claim(name, [width], isVector: true);

    /// <summary>Claims <paramref name="count"/> vectors of f32 values, one per expert: <c>[width, count]</c>.</summary>
    public Weight Vectors(string name, int width, int count) => Claim(name, [width, count], isVector: true);

    /// <summary>Claims a vector if the file has it.</summary>
    public Weight? OptionalVector(string name, int width) => Has(name) ? Vector(name, width) : null;

    /// <summary>Settles a tensor that the family knows and does not need.</summary>
    public void Ignore(string name) => _settled.Add(name);

    /// <summary>Ends the accounting.</summary>
    /// <exception cref="ModelLoadException">Something is missing, left over, or not as the family needs it.</exception>
    public void Close()
    {
        foreach (var tensor in file.Tensors.Where(tensor => !_settled.Contains(tensor.Name)))
        {
            _problems.Add($"{tensor.Name} {tensor.Shape} is not a tensor of this family; the file is of another kind or newer than this version of Lathe");
        }

        if (_problems.Count > 0)
        {
            throw new ModelLoadException(_problems);
        }
    }

    private unsafe Weight Claim(string name, ReadOnlySpan<long> dimensions, bool isVector)
    {
        var shape = new TensorShape(dimensions);
        var (inputWidth, outputWidth, experts) = ((int)shape.D0, (int)shape.D1, (int)shape.D2);
        var placeholder = new Weight(name, GgmlType.F32, inputWidth, outputWidth, null, 0, experts);
        if (!file.TryGetTensor(name, out var tensor))
        {
            _problems.Add($"{name} {shape} is missing");
            return placeholder;
        }

        if (!_settled.Add(name))
        {
            throw new InvalidOperationException($"{name} was claimed twice");
        }

        if ((tensor.Shape.D0, tensor.Shape.D1, tensor.Shape.D2, tensor.Shape.D3) != (shape.D0, shape.D1, shape.D2, 1))
        {
            _problems.Add($"{name} has shape {tensor.Shape}, expected {shape}");
            return placeholder;
        }

        if (isVector && tensor.Type != GgmlType.F32)
        {
            _problems.Add($"{name} has type {tensor.Type}, expected F32");
            return placeholder;
        }

        if (BlockFormat.Find(tensor.Type) is not { } format)
        {
            _problems.Add($"{name} has type {tensor.Type}, which Lathe cannot compute with");
            return placeholder;
        }

        return new Weight(Short(name), tensor.Type, inputWidth, outputWidth, tensor.Data, format.ByteSize(inputWidth), experts);
    }

    private static string Short(string name) => name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name;
}

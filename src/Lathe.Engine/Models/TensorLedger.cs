using System.Globalization;
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
    public Weight Matrix(string name, int inputWidth, int outputWidth) => Claim(name, inputWidth, outputWidth, rank: 2);

    /// <summary>Claims a vector of f32 values.</summary>
    public Weight Vector(string name, int width) => Claim(name, width, 1, rank: 1);

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

    private unsafe Weight Claim(string name, int inputWidth, int outputWidth, int rank)
    {
        var expected = rank == 1 ? $"[{inputWidth}]" : string.Create(CultureInfo.InvariantCulture, $"[{inputWidth}, {outputWidth}]");
        var placeholder = new Weight(name, GgmlType.F32, inputWidth, outputWidth, null, 0);
        if (!file.TryGetTensor(name, out var tensor))
        {
            _problems.Add($"{name} {expected} is missing");
            return placeholder;
        }

        if (!_settled.Add(name))
        {
            throw new InvalidOperationException($"{name} was claimed twice");
        }

        if (tensor.Shape.D0 != inputWidth || tensor.Shape.D1 != outputWidth || tensor.Shape.D2 != 1 || tensor.Shape.D3 != 1)
        {
            _problems.Add($"{name} has shape {tensor.Shape}, expected {expected}");
            return placeholder;
        }

        if (rank == 1 && tensor.Type != GgmlType.F32)
        {
            _problems.Add($"{name} has type {tensor.Type}, expected F32");
            return placeholder;
        }

        if (BlockFormat.Find(tensor.Type) is not { } format)
        {
            _problems.Add($"{name} has type {tensor.Type}, which Lathe cannot compute with");
            return placeholder;
        }

        return new Weight(Short(name), tensor.Type, inputWidth, outputWidth, tensor.Data, format.ByteSize(inputWidth));
    }

    private static string Short(string name) => name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name;
}

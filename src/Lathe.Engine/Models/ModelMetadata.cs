using Lathe.Formats.Gguf;

namespace Lathe.Engine.Models;

/// <summary>The keys of one architecture: <c>{architecture}.{key}</c>, with the loader's rules for absent and per-layer values.</summary>
public sealed class ModelMetadata(GgufMetadata metadata, string architecture)
{
    /// <summary>No published model comes near this in any width or number; a lying file must not size anything by its own word.</summary>
    public const int LargestCount = 1 << 24;

    public string Architecture { get; } = architecture;

    public bool Has(string key) => metadata.Contains(Name(key));

    /// <summary>A positive count; one value, or an array that holds the same value for every layer.</summary>
    public int Count(string key, int? otherwise = null)
    {
        var name = Name(key);
        if (!metadata.Contains(name))
        {
            return otherwise ?? throw new ModelLoadException($"the file has no {name}, which every {Architecture} model needs");
        }

        long value;
        if (metadata.TypeOf(name) == GgufValueType.Array)
        {
            var array = metadata.GetArray(name);
            value = array.Count > 0 ? array.GetInteger(0) : 0;
            for (var i = 1; i < array.Count; i++)
            {
                if (array.GetInteger(i) != value)
                {
                    throw new ModelLoadException($"{name} differs between layers, which Lathe does not support for {Architecture}");
                }
            }
        }
        else
        {
            value = metadata.GetInteger(name);
        }

        return value is > 0 and <= LargestCount
            ? (int)value
            : throw new ModelLoadException($"{name} is {value}, expected a count from 1 to {LargestCount}");
    }

    /// <summary>A count that may be absent or 0: none.</summary>
    public int CountOrNone(string key) => metadata.TryGetInteger(Name(key), out var value) && value == 0 ? 0 : Count(key, 0);

    /// <summary>One boolean per layer, or null if the key is absent or a number.</summary>
    public bool[]? Booleans(string key)
    {
        var name = Name(key);
        if (!metadata.Contains(name) || metadata.TypeOf(name) != GgufValueType.Array)
        {
            return null;
        }

        var array = metadata.GetArray(name);
        return [.. Enumerable.Range(0, array.Count).Select(array.GetBoolean)];
    }

    /// <summary>A boolean.</summary>
    public bool Flag(string key, bool otherwise) => metadata.TryGetBoolean(Name(key), out var value) ? value : otherwise;

    /// <summary>A finite number.</summary>
    public double Number(string key, double? otherwise = null)
    {
        var name = Name(key);
        if (!metadata.TryGetNumber(name, out var value))
        {
            return otherwise ?? throw new ModelLoadException($"the file has no {name}, which every {Architecture} model needs");
        }

        return double.IsFinite(value) ? value : throw new ModelLoadException($"{name} is {value}, expected a finite number");
    }

    /// <summary>The cap of a soft cap; null for none, which files also write as 0.</summary>
    public float? Cap(string key, float? otherwise)
    {
        var value = Number(key, otherwise ?? 0);
        return value >= 0 ? value == 0 ? null : (float)value : throw new ModelLoadException($"{Name(key)} is {value}, expected a number above 0");
    }

    public string? Text(string key) => metadata.TryGetString(Name(key), out var value) ? value : null;

    private string Name(string key) => $"{Architecture}.{key}";
}

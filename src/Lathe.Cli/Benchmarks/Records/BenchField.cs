namespace Lathe.Cli.Benchmarks.Records;

/// <summary>A named value of a record.</summary>
/// <param name="Name">The column.</param>
/// <param name="Value">A string, bool, int, long or double; null where there is none; a list of numbers, which only JSON holds.</param>
internal readonly record struct BenchField(string Name, object? Value)
{
    public static implicit operator BenchField((string Name, object? Value) field) => new(field.Name, field.Value);
}

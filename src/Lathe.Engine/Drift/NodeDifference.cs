using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>How far a route's results for one node are from the reference's on the same inputs, over all rows so far.</summary>
public sealed class NodeDifference(GraphNode node, Route route)
{
    private const int WorstElements = 5;

    private readonly List<ElementDifference> _worst = [];
    private double _squares;
    private double _power;
    private long _values;

    public string Node { get; } = node.Name;

    public string Op { get; } = node.Op;

    public int Layer { get; } = node.Layer;

    public string RouteId { get; } = route.Id;

    public int Rows { get; private set; }

    public double MaxAbs { get; private set; }

    public double Rms => _values == 0 ? 0 : Math.Sqrt(_squares / _values);

    /// <summary><see cref="Rms"/> as a share of the rms of the reference's values.</summary>
    public double RelativeRms => _power == 0 ? Rms : Math.Sqrt(_squares / _power);

    /// <summary>The values that differ most, worst first.</summary>
    public IReadOnlyList<ElementDifference> Worst => _worst;

    /// <summary>Compares one row.</summary>
    /// <returns>The row's largest difference, and the rms of all of them.</returns>
    public (ElementDifference Largest, double Rms) Add(int row, ReadOnlySpan<float> actual, ReadOnlySpan<float> reference)
    {
        var squares = 0.0;
        var largest = default(ElementDifference);
        for (var i = 0; i < actual.Length; i++)
        {
            var element = new ElementDifference(row, i, reference[i], actual[i]);
            var magnitude = element.Magnitude;
            squares += magnitude * magnitude;
            largest = magnitude > largest.Magnitude ? element : largest;
            _power += (double)reference[i] * reference[i];
            if (magnitude > 0 && (_worst.Count < WorstElements || magnitude > _worst[^1].Magnitude))
            {
                Insert(element);
            }
        }

        Rows++;
        _values += actual.Length;
        _squares += squares;
        MaxAbs = Math.Max(MaxAbs, largest.Magnitude);
        return (largest, actual.Length == 0 ? 0 : Math.Sqrt(squares / actual.Length));
    }

    private void Insert(ElementDifference element)
    {
        var at = _worst.FindIndex(known => known.Magnitude < element.Magnitude);
        _worst.Insert(at < 0 ? _worst.Count : at, element);
        if (_worst.Count > WorstElements)
        {
            _worst.RemoveAt(WorstElements);
        }
    }
}

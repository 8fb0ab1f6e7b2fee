namespace Lathe.Engine.Drift;

/// <summary>One value of a node's output that two routes disagree on.</summary>
/// <param name="Row">Row of the batch.</param>
/// <param name="Column">Place in the row.</param>
public readonly record struct ElementDifference(int Row, int Column, float Reference, float Actual)
{
    /// <summary>The distance; infinite where one of the two is not a number.</summary>
    public double Magnitude => Math.Abs((double)Actual - Reference) is var distance && double.IsNaN(distance)
        ? double.PositiveInfinity
        : distance;
}

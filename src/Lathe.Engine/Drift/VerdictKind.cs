namespace Lathe.Engine.Drift;

/// <summary>What a comparison says of the routes under test.</summary>
public enum VerdictKind
{
    /// <summary>Every limit is kept.</summary>
    Pass,

    /// <summary>A limit is broken.</summary>
    Fail,

    /// <summary>The runs prove nothing, whatever the numbers are.</summary>
    Refused,
}

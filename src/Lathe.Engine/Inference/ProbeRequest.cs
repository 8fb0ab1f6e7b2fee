namespace Lathe.Engine.Inference;

/// <summary>What a probe wants to see of a node.</summary>
public enum ProbeRequest
{
    Nothing,

    /// <summary>What the node made.</summary>
    Output,

    /// <summary>What the node made, and what the reference route makes of the same inputs.</summary>
    OutputAndReference,
}

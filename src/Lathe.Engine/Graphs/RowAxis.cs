namespace Lathe.Engine.Graphs;

/// <summary>What the rows of a value are. The number of rows is known only when a batch runs; a graph shape bounds it.</summary>
public enum RowAxis
{
    /// <summary>One row per token of the batch.</summary>
    Tokens,

    /// <summary>One row per token whose logits were asked for.</summary>
    Outputs,
}

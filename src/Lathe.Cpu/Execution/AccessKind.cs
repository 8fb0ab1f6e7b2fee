namespace Lathe.Cpu.Execution;

/// <summary>Which part of a buffer's rows a thread touches.</summary>
public enum AccessKind
{
    /// <summary>Any thread may touch anything.</summary>
    Whole,

    /// <summary>A thread touches its share of the rows: <see cref="StepContext.Share(int)"/> of the batch's row count.</summary>
    Rows,

    /// <summary>A thread touches its share of the columns, in whole units, in every row.</summary>
    Columns,
}
